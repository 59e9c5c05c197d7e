internal import NIOCore

/// Writes answers as HTTP/1.1 has them: head and body in one buffer.
enum HTTP1Answer {
    /// How the end of a body is told; a stream has no length.
    enum Framing { case length, chunks, closing }

    static func write(
        _ response: HTTPResponse, method: String, date: String, closes: Bool, framing: Framing = .length,
        to buffer: inout ByteBuffer
    ) {
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeString(HTTPReason.statusLine(response.status))
        for field in response.fields.list {
            buffer.writeString(field.name)
            buffer.writeStaticString(": ")
            buffer.writeString(field.value)
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("Date: ")
        buffer.writeString(date)
        if framing == .chunks {
            buffer.writeStaticString("\r\nTransfer-Encoding: chunked")
        } else if framing == .length && response.status != 204 {
            buffer.writeStaticString("\r\nContent-Length: ")
            buffer.writeString(String(response.body.count))
        }
        buffer.writeStaticString("\r\n")
        if closes { buffer.writeStaticString("Connection: close\r\n") }
        buffer.writeStaticString("\r\n")
        if method != "HEAD" && response.status != 204 { buffer.writeBytes(response.body) }
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
