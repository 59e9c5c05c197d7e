internal import CofferCLI
internal import CofferServer
internal import Glibc

/// The program: `coffer`, or `vault` when it is called through a link of that name.
@main
enum Coffer {
    static func main() async {
        let arguments = CommandLine.arguments
        if arguments.dropFirst().first == "server" { ServerCommand.prepare() }
        let environment = environment()
        let status = await Commands.run(
            arguments: Array(arguments.dropFirst()), environment: environment, name: name(arguments.first),
            version: ServerCommand.version
        ) { arguments in
            await ServerCommand.run(arguments, environment: environment)
        }
        exit(status)
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
