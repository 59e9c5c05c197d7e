internal import CofferClient
internal import GoFlags

/// The command line: finds the command, reads its flags, runs it.
package enum Commands {
    /// Runs `arguments` (without the program's name) and gives the exit status.
    ///
    /// 0 is success, 1 a local mistake, 2 an error of the server, 127 an unknown command. `programs` are the
    /// commands that other parts of the program run, by their names; each gets the arguments after its name.
    package static func run(
        arguments: [String], environment: [String: String], name: String, version: String, path: String = "",
        console: Console = .standard, programs: [String: @Sendable ([String]) async -> Int32] = [:]
    ) async -> Int32 {
        let environment = vaultEnvironment(environment)
        let program = Program(name: name, version: version, environment: environment, console: console)
        if let typed = environment["COMP_LINE"] { return Completion.answer(typed, environment, console) }
        if let status = CompletionInstaller(program: program, path: path).run(arguments) { return status }
        let line = CommandLineScan(arguments)
        if line.asksForVersion { return await run(CommandTable.version, [], line, program) }
        for count in [1, 2] where line.words.count >= count {
            guard let other = programs[line.words.prefix(count).joined(separator: " ")] else { continue }
            return await other(Array(line.arguments.dropFirst(count)))
        }
        guard OutputFormat(line.format ?? environment["VAULT_FORMAT"] ?? "") != nil else {
            let name = (line.format ?? environment["VAULT_FORMAT"] ?? "").lowercased()
            console.errors(Array("Invalid output format: \(name)\n".utf8))
            return 1
        }
        return await dispatch(line, program)
    }

    private static func dispatch(_ line: CommandLineScan, _ program: Program) async -> Int32 {
        let help = HelpText(program: program)
        var words = line.words
        let asksForHelp = line.asksForHelp || words.first == "help"
        if words.first == "help" { words.removeFirst() }
        if asksForHelp, words.isEmpty {
            program.console.output(Array((help.overview() + "\n").utf8))
            return 0
        }
        guard let command = CommandTable.longestMatch(words) else {
            program.console.errors(Array((help.overview() + "\n").utf8))
            return 127
        }
        if line.hasFlagsBeforeCommand {
            let text =
                "Invalid flags before the subcommand. If these flags are for\n"
                + "the subcommand, please put them after the subcommand.\n\n"
            program.console.errors(Array((text + help.text(of: command) + "\n").utf8))
            return 1
        }
        if asksForHelp || command.run == nil {
            let text = Array((help.text(of: command) + "\n").utf8)
            asksForHelp ? program.console.output(text) : program.console.errors(text)
            return asksForHelp ? 0 : 1
        }
        let count = command.name.split(separator: " ").count
        return await run(command, Array(line.arguments.dropFirst(count)), line, program)
    }

    private static func run(
        _ command: Command, _ arguments: [String], _ line: CommandLineScan, _ program: Program
    ) async -> Int32 {
        let format = OutputFormat(line.format ?? program.environment["VAULT_FORMAT"] ?? "") ?? .table
        let detailed = line.isDetailed ?? program.environment["VAULT_DETAILED"].flatMap(goBool) ?? false
        func report(_ text: String) {
            if !text.isEmpty { program.console.errors(Array((text + "\n").utf8)) }
        }
        do {
            let flags = try command.flags.parse(arguments, environment: program.environment)
            let invocation = Invocation(
                program: program, flags: flags, format: format, isDetailed: detailed, description: line.description)
            invocation.warnOfMisplacedFlags()
            if format == .raw, !command.output.contains(.raw), command.output.contains(.format) {
                throw CommandFailure.local("This command does not support the -format=raw option.")
            }
            try command.count.check(flags.arguments.count)
            let status = try await command.run?(invocation) ?? 1
            guard let description = line.description else { return status }
            report("Could not generate \(description.noun)")
            return 1
        } catch ClientError.described(let text) {
            program.console.output(Array((text + "\n").utf8))
            return 0
        } catch {
            report((error as? CommandFailure)?.message ?? "\(error)")
            if let description = line.description {
                report("Unable to generate \(description.noun == "policy" ? "policy" : "cURL string") from command")
            }
            return (error as? CommandFailure)?.status ?? (error is FlagError ? 1 : 2)
        }
    }
}

extension Client.Description {
    fileprivate var noun: String {
        switch self {
        case .curl: "cURL command"
        case .policy: "policy"
        }
    }
}

extension Command.Count {
    func check(_ count: Int) throws {
        guard !allowed.contains(count) else { return }
        let isShort = count < allowed.lowerBound
        let expected = expected ?? String(isShort ? allowed.lowerBound : allowed.upperBound)
        throw CommandFailure.local(
            "\(isShort ? "Not enough" : "Too many") arguments (expected \(expected), got \(count))")
    }
}

extension Invocation {
    fileprivate func warnOfMisplacedFlags() {
        let global = ["output-curl-string", "output-policy", "output-profile", "format", "detailed"]
        let misplaced = flags.misplacedFlags.filter { flag in
            let name = flag.drop { $0 == "-" }.prefix { $0 != "=" }
            return !global.contains(String(name))
        }
        guard !misplaced.isEmpty, format == .table else { return }
        warn(
            "Command flags must be provided before positional arguments. The following arguments will not be parsed "
                + "as flags: [\(misplaced.joined(separator: ","))]")
    }
}
