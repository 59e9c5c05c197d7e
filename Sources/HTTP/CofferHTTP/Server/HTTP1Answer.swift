internal import NIOCore

/// Writes answers as HTTP/1.1 has them: head and body in one buffer.
enum HTTP1Answer {
    static func write(
        _ response: HTTPResponse, method: String, date: String, closes: Bool, to buffer: inout ByteBuffer
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
        if response.status != 204 {
            buffer.writeStaticString("\r\nContent-Length: ")
            buffer.writeString(String(response.body.count))
        }
        buffer.writeStaticString("\r\n")
        if closes { buffer.writeStaticString("Connection: close\r\n") }
        buffer.writeStaticString("\r\n")
        if method != "HEAD" && response.status != 204 { buffer.writeBytes(response.body) }
    }
}
