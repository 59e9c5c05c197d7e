internal import CofferBase
internal import NIOCore

/// One gRPC call on its way: the method, and the message that it sends.
struct EtcdCall: Sendable {
    let method: String
    let message: [UInt8]
    /// Of one message of the answer: more is not taken from any server.
    var longestAnswer = 32 << 20

    /// Each message has a byte that says that it is not compressed, and its length.
    func framed(_ allocator: ByteBufferAllocator) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: message.count + 5)
        buffer.writeInteger(0 as UInt8)
        buffer.writeInteger(UInt32(clamping: message.count))
        buffer.writeBytes(message)
        return buffer
    }
}

/// Cuts what arrives into messages.
struct EtcdDeframer {
    private var buffer = ByteBuffer()
    let longest: Int

    init(longest: Int) { self.longest = longest }

    mutating func add(_ part: inout ByteBuffer) { buffer.writeBuffer(&part) }

    /// Nil when the next message is not complete.
    mutating func next() throws(EtcdFailure) -> [UInt8]? {
        guard let compressed = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self),
            let length = buffer.getInteger(at: buffer.readerIndex + 1, as: UInt32.self)
        else { return nil }
        guard compressed == 0, length <= longest else {
            throw EtcdFailure(.malformed, "a message of the answer is compressed or too large")
        }
        guard buffer.readableBytes >= 5 + Int(length) else { return nil }
        buffer.moveReaderIndex(forwardBy: 5)
        defer { buffer.discardReadBytes() }
        return buffer.readBytes(length: Int(length))
    }
}
