internal import CofferClient
internal import Glibc

/// What a command reads and writes; tests put their own in place of the terminal.
package struct Console: Sendable {
    package var output: @Sendable ([UInt8]) -> Void
    package var errors: @Sendable ([UInt8]) -> Void
    /// Standard input up to its end.
    package var input: @Sendable () -> [UInt8]
    /// One line typed without echo; nil when input is no terminal.
    package var hiddenLine: @Sendable () -> String?
    /// Whether output goes to a terminal.
    package var isTerminal: Bool
    /// Whether somebody can be asked.
    package var isInputTerminal: Bool

    package init(
        output: @escaping @Sendable ([UInt8]) -> Void, errors: @escaping @Sendable ([UInt8]) -> Void,
        input: @escaping @Sendable () -> [UInt8] = { [] }, hiddenLine: @escaping @Sendable () -> String? = { nil },
        isTerminal: Bool = false, isInputTerminal: Bool = false
    ) {
        self.output = output
        self.errors = errors
        self.input = input
        self.hiddenLine = hiddenLine
        self.isTerminal = isTerminal
        self.isInputTerminal = isInputTerminal
    }

    /// The process's own input and output.
    package static var standard: Console {
        Console(
            // A closed pipe ends the reader's interest, not the command: errors in writing are dropped.
            output: { try? LocalFile.write(STDOUT_FILENO, $0, "stdout") },
            errors: { try? LocalFile.write(STDERR_FILENO, $0, "stderr") },
            input: { (try? LocalFile.readAll(STDIN_FILENO, "stdin")) ?? [] },
            hiddenLine: { HiddenLine.read() },
            isTerminal: isatty(STDOUT_FILENO) == 1, isInputTerminal: isatty(STDIN_FILENO) == 1)
    }
}

/// A line from the terminal with the echo switched off.
enum HiddenLine {
    static func read() -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        var saved = termios()
        guard tcgetattr(STDIN_FILENO, &saved) == 0 else { return nil }
        var quiet = saved
        quiet.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0 else { return nil }
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved) }
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while Glibc.read(STDIN_FILENO, &byte, 1) == 1, byte != UInt8(ascii: "\n") { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
