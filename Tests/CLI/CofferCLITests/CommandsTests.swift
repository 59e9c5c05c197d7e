internal import CofferClient
internal import GoFlags
internal import Synchronization
internal import Testing

@testable internal import CofferCLI

/// What a run of the command line printed.
private struct Outcome {
    var status: Int32
    var output: String
    var errors: String
}

private func run(
    _ arguments: String..., environment: [String: String] = [:],
    programs: [String: @Sendable ([String]) async -> Int32] = [:]
) async -> Outcome {
    let output = Collected()
    let errors = Collected()
    let console = Console(output: { output.add($0) }, errors: { errors.add($0) })
    let status = await Commands.run(
        arguments: arguments, environment: environment, name: "coffer", version: "Coffer v0", console: console,
        programs: programs)
    return Outcome(status: status, output: output.text, errors: errors.text)
}

private final class Collected: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    func add(_ more: [UInt8]) { bytes.withLock { $0 += more } }
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}

@Suite("Finding and running a command")
struct CommandsTests {
    @Test("no command and an unknown one print the overview on standard error", arguments: [[], ["nosuch"]])
    func unknown(arguments: [String]) async {
        let outcome = await arguments.isEmpty ? run() : run(arguments[0])
        #expect(outcome.status == 127)
        #expect(outcome.errors.hasPrefix("Usage: coffer <command> [args]\n\nCommon commands:\n    read        Read"))
        #expect(outcome.output.isEmpty)
    }

    @Test("help is printed on standard output, wherever it is asked for")
    func help() async {
        for outcome in [await run("-h"), await run("--help"), await run("help")] {
            #expect(outcome.status == 0)
            #expect(outcome.output.hasPrefix("Usage: coffer <command>"))
        }
        for outcome in [await run("kv", "get", "x", "-h"), await run("help", "kv", "get")] {
            #expect(outcome.status == 0)
            #expect(outcome.output.hasPrefix("Usage: coffer kv get [options] KEY\n"))
            #expect(outcome.output.contains("\nHTTP Options:\n\n  -address=<string>\n"))
        }
    }

    @Test("a family without a command prints its commands and fails")
    func family() async {
        let outcome = await run("kv", "nosuch")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("\nSubcommands:\n    delete               Deletes versions in the KV store\n"))
    }

    @Test("the version, by word and by flag", arguments: ["version", "-v", "-version", "--version"])
    func version(argument: String) async {
        let outcome = await run(argument)
        #expect(outcome.status == 0)
        #expect(outcome.output == "Coffer v0\n")
    }

    @Test("the server gets its arguments and gives the status")
    func server() async {
        let outcome = await run("server", "-dev", "-h=no", programs: ["server": { $0 == ["-dev", "-h=no"] ? 42 : 1 }])
        #expect(outcome.status == 42)
        let migration = await run(
            "operator", "migrate", "-config=x", programs: ["operator migrate": { $0 == ["-config=x"] ? 43 : 1 }])
        #expect(migration.status == 43)
    }

    @Test("an unknown format is refused before anything is sent")
    func format() async {
        let outcome = await run("status", environment: ["VAULT_FORMAT": "XML"])
        #expect(outcome.status == 1)
        #expect(outcome.errors == "Invalid output format: xml\n")
    }

    @Test("every command has help with a usage line, a sentence and its flags, and none has two flags of a name")
    func everyCommand() {
        let help = HelpText(program: Program(name: "p", version: "", environment: [:], console: .standard))
        for command in CommandTable.all {
            let text = help.text(of: command)
            #expect(text.hasPrefix("Usage: p \(command.name)"), "\(command.name)")
            #expect(!text.contains("{name}"), "\(command.name)")
            #expect(!command.synopsis.isEmpty && !command.about.isEmpty, "\(command.name)")
            let names = command.flags.groups.flatMap(\.flags).flatMap { [$0.name] + $0.aliases }
            #expect(Set(names).count == names.count, "\(command.name)")
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(command.name)")
        }
        #expect(Set(CommandTable.all.map(\.name)).count == CommandTable.all.count)
    }

    @Test("a token on the command line is in no error")
    func noTokenInErrors() async {
        let outcome = await run("token", "lookup", "-address=http://127.0.0.1:1", "-token=hvs.canary", "hvs.canary")
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("connection refused"))
        #expect(!outcome.errors.contains("canary"))
    }
}
