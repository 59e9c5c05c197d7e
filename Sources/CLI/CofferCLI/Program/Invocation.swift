internal import CofferClient
internal import GoFlags

/// One run of a command: its flags and arguments, and where it reads and writes.
struct Invocation: Sendable {
    let program: Program
    let flags: ParsedFlags
    let format: OutputFormat
    let isDetailed: Bool
    /// What to make of requests instead of sending them.
    let description: Client.Description?

    var arguments: [String] { flags.arguments }
    var console: Console { program.console }
    var isInteractive: Bool { !flags.bool("non-interactive") }

    /// A line on standard output.
    func say(_ line: String) { console.output(Array((line + "\n").utf8)) }

    /// A line on standard error; nothing when only a request's text is wanted.
    func warn(_ line: String) {
        if description == nil { console.errors(Array((line + "\n").utf8)) }
    }

    /// Text without a line end, which would be in the way of other programs; people get one.
    func sayBare(_ text: String) { console.output(Array((console.isTerminal ? text + "\n" : text).utf8)) }

    /// Standard input up to its end; empty when asking is not allowed.
    func standardInput() -> [UInt8] { isInteractive ? console.input() : [] }
}

/// The process around a command.
struct Program: Sendable {
    /// The name under which it was called, for help texts.
    let name: String
    let version: String
    let environment: [String: String]
    let console: Console
}
