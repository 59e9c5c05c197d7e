internal import NIOCore

/// Follows the frames of an outgoing HTTP/2 connection through its buffers (RFC 9113, 4.1).
///
/// NIO tells nobody that it says farewell to a client, and which of its errors end a connection.
struct HTTP2FrameWalk {
    private static let headerLength = 9
    private static let farewell: UInt8 = 7

    /// The part of a frame's header that ended the buffer before.
    private var header: [UInt8] = []
    /// What is left of the payload of the frame before.
    private var payload = 0

    /// Whether a farewell begins in the next buffer of the connection.
    mutating func holdFarewell(_ buffer: ByteBuffer) -> Bool {
        var rest = buffer.readableBytesView[...]
        var found = false
        while !rest.isEmpty {
            let skipped = min(payload, rest.count)
            payload -= skipped
            rest = rest.dropFirst(skipped)
            let taken = rest.prefix(Self.headerLength - header.count)
            header += taken
            rest = rest.dropFirst(taken.count)
            guard header.count == Self.headerLength else { break }
            payload = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
            if header[3] == Self.farewell { found = true }
            header.removeAll(keepingCapacity: true)
        }
        return found
    }
}
