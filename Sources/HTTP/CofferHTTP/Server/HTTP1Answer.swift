internal import NIOCore

/// Writes answers as HTTP/1.1 has them: head and body in one buffer.
enum HTTP1Answer {
    /// How the end of a body is told; a stream has no length.
    enum Framing { case length, chunks, closing }

    static func buffer(
        _ response: HTTPResponse, method: String, date: String, closes: Bool, framing: Framing = .length,
        _ allocator: ByteBufferAllocator
    ) -> ByteBuffer {
        let head = head(response, date: date, closes: closes, framing: framing)
        let hasBody = framing == .length && method != "HEAD" && response.status != 204
        var buffer = allocator.buffer(capacity: head.count + (hasBody ? response.body.count : 0))
        buffer.writeBytes(head)
        if hasBody { buffer.writeBytes(response.body) }
        return buffer
    }

    /// Put together before it goes into the buffer, where every write asks anew whose it is and how large.
    private static func head(_ response: HTTPResponse, date: String, closes: Bool, framing: Framing) -> [UInt8] {
        var head: [UInt8] = []
        head.reserveCapacity(384)
        head.add("HTTP/1.1 ")
        head.add(HTTPReason.statusLine(response.status))
        for index in response.fields.list.indices {
            head.add(response.fields.list[index].name)
            head.add(": ")
            head.add(response.fields.list[index].value)
            head.add("\r\n")
        }
        head.add("Date: ")
        head.add(date)
        if framing == .chunks {
            head.add("\r\nTransfer-Encoding: chunked")
        } else if framing == .length && response.status != 204 {
            head.add("\r\nContent-Length: ")
            head.add(String(response.body.count))
        }
        head.add(closes ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n")
        return head
    }

    /// One piece of a stream; an empty one would end it, so it is left out.
    static func write(piece: [UInt8], _ framing: Framing, to buffer: inout ByteBuffer) {
        if piece.isEmpty { return }
        guard framing == .chunks else {
            buffer.writeBytes(piece)
            return
        }
        buffer.writeString(String(piece.count, radix: 16))
        buffer.writeStaticString("\r\n")
        buffer.writeBytes(piece)
        buffer.writeStaticString("\r\n")
    }

    static func writeEnd(_ framing: Framing, to buffer: inout ByteBuffer) {
        if framing == .chunks { buffer.writeStaticString("0\r\n\r\n") }
    }
}

extension [UInt8] {
    fileprivate mutating func add(_ text: String) {
        text.utf8.span.withUnsafeBufferPointer { append(contentsOf: $0) }
    }
}
