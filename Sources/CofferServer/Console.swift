internal import Glibc

/// The terminal: standard output for what people read, standard error for what went wrong.
enum Console {
    static func write(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }
    static func complain(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// Writes whole; what cannot be written is lost, for there is nowhere else to say so.
    static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
