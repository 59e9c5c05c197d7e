internal import CofferCLI
internal import CofferServer
internal import Glibc

/// The program: `coffer`, or `vault` when it is called through a link of that name.
@main
enum Coffer {
    /// Not `async`: Swift's asynchronous main hands the first thread to a dispatcher that lets all
    /// signals through again, and a server must take them by itself.
    static func main() {
        let arguments = CommandLine.arguments
        if arguments.dropFirst().first == "server" { ServerCommand.prepare() }
        Program.start(arguments)
        while true { pause() }
    }
}

/// Apart from the main type, whose code belongs to the first thread, and that one only waits.
private enum Program {
    static func start(_ arguments: [String]) {
        Task { exit(await run(arguments)) }
    }

    private static func run(_ arguments: [String]) async -> Int32 {
        let environment = environment()
        return await Commands.run(
            arguments: Array(arguments.dropFirst()), environment: environment, name: name(arguments.first),
            version: ServerCommand.version, path: path(arguments.first),
            programs: [
                "server": { await ServerCommand.run($0, environment: environment) },
                "operator diagnose": { await DiagnoseCommand.run($0, environment: environment) },
                "operator migrate": { await MigrateCommand.run($0, environment: environment) },
                "operator validate-config": { await ValidateCommand.run($0, environment: environment) },
            ])
    }

    /// The file that runs, for shells that shall call it again; a link `vault` is followed only by its name.
    private static func path(_ called: String?) -> String {
        guard let called else { return "" }
        if called.hasPrefix("/") { return called }
        guard let folder = getcwd(nil, 0) else { return "" }
        defer { free(folder) }
        return called.contains("/") ? String(cString: folder) + "/" + called : ""
    }

    private static func name(_ path: String?) -> String {
        path?.split(separator: "/").last.map(String.init) == "vault" ? "vault" : "coffer"
    }

    private static func environment() -> [String: String] {
        var result: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                result[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next = next.advanced(by: 1)
        }
        return result
    }
}
