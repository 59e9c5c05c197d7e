internal import GoFlags

/// One command, as data: its words, its help, its flags and what it does.
struct Command: Sendable {
    /// Which of the output flags a command has.
    struct Output: OptionSet, Sendable {
        let rawValue: Int
        static let field = Output(rawValue: 1)
        static let format = Output(rawValue: 2)
        static let detailed = Output(rawValue: 4)
        /// May print an answer as it came.
        static let raw = Output(rawValue: 8)
        /// Sends nothing, so it has no flags for connecting.
        static let offline = Output(rawValue: 16)
    }

    /// How many arguments are allowed, and how a wrong number is put.
    struct Count: Sendable {
        var allowed: ClosedRange<Int>
        /// What stands after "expected"; nil for the bound that was missed.
        var expected: String?

        static func exactly(_ count: Int) -> Count { Count(allowed: count...count, expected: nil) }
        static func atLeast(_ count: Int, expected: String? = nil) -> Count {
            Count(allowed: count...Int.max, expected: expected)
        }
        static func between(_ low: Int, _ high: Int, expected: String? = nil) -> Count {
            Count(allowed: low...high, expected: expected)
        }
        /// Checked by the command itself.
        static let any = Count(allowed: 0...Int.max, expected: nil)
    }

    /// The words that name it: `kv metadata get`.
    let name: String
    let synopsis: String
    /// What follows the name in the usage line.
    let arguments: String
    /// The paragraphs of the help, `{name}` for the program.
    let about: String
    var output: Output = []
    var groups: [FlagGroup] = []
    var count: Count = .any
    /// Nil for a name that only holds others.
    var run: (@Sendable (Invocation) async throws -> Int32)?

    /// All flags, as the command line is read with them.
    var flags: FlagSet {
        if run == nil { return FlagSet(groups: []) }
        let connecting = output.contains(.offline) ? [] : [GlobalFlags.http]
        return FlagSet(groups: connecting + GlobalFlags.output(output) + groups)
    }

    /// A name that only holds other commands.
    static func family(_ name: String, _ synopsis: String, about: String) -> Command {
        Command(name: name, synopsis: synopsis, arguments: "<subcommand> [options] [args]", about: about)
    }
}
