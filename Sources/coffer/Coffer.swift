internal import CofferServer
internal import Glibc

/// The program: `coffer`, or `vault` when it is called through a link of that name.
@main
enum Coffer {
    static func main() async {
        let arguments = CommandLine.arguments
        if arguments.dropFirst().first == "server" { ServerCommand.prepare() }
        exit(await ServerCommand.run(Array(arguments.dropFirst(2)), environment: environment()))
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
