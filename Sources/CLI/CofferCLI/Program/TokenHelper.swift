internal import CofferClient
internal import HCL

/// Where the token of a login is kept: in a file, or with a program that the user has chosen.
enum TokenHelper: Sendable {
    case file(TokenFile)
    case program(TokenProgram)

    /// A helper that cannot be used.
    struct Failure: Error, CustomStringConvertible { let description: String }

    /// The program named by `token_helper` in `~/.vault` (or the file in `VAULT_CONFIG_PATH`), else `~/.vault-token`.
    /// Nil without a home folder.
    init?(environment: [String: String]) throws {
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 }
        let configured = environment["VAULT_CONFIG_PATH"].flatMap { $0.isEmpty ? nil : $0 }
        if let path = configured ?? home.map({ $0 + "/.vault" }), let name = try Self.program(in: path) {
            self = .program(TokenProgram(path: name))
        } else if let file = TokenFile(environment: environment) {
            self = .file(file)
        } else {
            return nil
        }
    }

    private static func program(in path: String) throws -> String? {
        let bytes: [UInt8]
        do {
            bytes = try LocalFile.read(path)
        } catch {
            if error.isMissing { return nil }
            throw error
        }
        do {
            let name = try HCLDocument.parse(bytes).body.value(named: "token_helper")?.stringValue ?? ""
            return name.isEmpty ? nil : name
        } catch {
            throw Failure(description: "error parsing config file at \(path): \(error)")
        }
    }

    /// The token; empty when there is none.
    func read() throws -> String {
        switch self {
        case .file(let file): try file.read()
        case .program(let program): try program.run("get").trimmingSpaces
        }
    }

    func store(_ token: String) throws {
        switch self {
        case .file(let file): try file.store(token)
        case .program(let program): _ = try program.run("store", input: token)
        }
    }
}
