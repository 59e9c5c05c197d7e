/// A body that is made while it is sent: a log that goes on, a snapshot too large for memory.
///
/// Nothing is opened or held before the first `next`: an answer may be withheld after its handler made it.
package struct ByteStream: Sendable {
    /// The next piece, asked for when the one before it has left; nil at the end.
    ///
    /// What it throws breaks the answer off, so that the client does not take a part for the whole.
    package let next: @Sendable () async throws -> [UInt8]?
    /// Called once when nothing more will be asked for: at the end, after a failure, or when the client has
    /// left. A `next` that waits then must return.
    package let close: @Sendable () -> Void

    package init(
        close: @escaping @Sendable () -> Void = {}, next: @escaping @Sendable () async throws -> [UInt8]?
    ) {
        self.next = next
        self.close = close
    }
}
