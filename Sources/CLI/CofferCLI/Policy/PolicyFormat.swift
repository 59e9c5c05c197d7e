internal import CofferClient
internal import GoFlags
internal import HCL

extension PolicyCommands {
    static let format = Command(
        name: "policy fmt", synopsis: "Formats a policy on disk", arguments: "[options] PATH",
        about: """
            Rewrites a policy file in the usual form.

                $ {name} policy fmt web.hcl
            """,
        output: [.offline], count: .exactly(1),
        run: { call in
            let path = call.expandingHome(call.arguments[0].trimmingSpaces)
            let source: [UInt8]
            do {
                source = try LocalFile.read(path)
            } catch {
                throw CommandFailure.local("Error reading source file: \(error)")
            }
            let text: String
            do {
                text = try HCLFormatter.format(String(decoding: source, as: UTF8.self))
            } catch {
                throw CommandFailure.local("failed to parse policy: \(error)")
            }
            do {
                try LocalFile.replace(path, with: Array(text.utf8), mode: 0o644)
            } catch {
                throw CommandFailure.local("Error writing result: \(error)")
            }
            call.say("Success! Formatted policy: \(path)")
            return 0
        })
}

extension Invocation {
    /// `~/x` with the home folder in place of the tilde.
    func expandingHome(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/"), let home = program.environment["HOME"] else { return path }
        return home + path.dropFirst()
    }
}
