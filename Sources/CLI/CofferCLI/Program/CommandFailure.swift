internal import CofferClient

/// Ends a command: what to print on standard error and the exit status.
struct CommandFailure: Error, Sendable {
    let message: String
    let status: Int32

    /// A mistake in the arguments or on this machine.
    static func local(_ message: String) -> CommandFailure { CommandFailure(message: message, status: 1) }
    /// Something the server said, or did not.
    static func remote(_ message: String) -> CommandFailure { CommandFailure(message: message, status: 2) }
}

/// Runs `body`; a client's error becomes `prefix: error`.
///
/// A request that was only to be shown passes through: it is the command's result.
func explaining<R>(
    _ prefix: String, status: Int32 = 2, _ body: () async throws(ClientError) -> R
) async throws -> R {
    do {
        return try await body()
    } catch {
        if case .described = error { throw error }
        let text = prefix.isEmpty ? error.description : "\(prefix): \(error.description)"
        throw CommandFailure(message: text, status: status)
    }
}
