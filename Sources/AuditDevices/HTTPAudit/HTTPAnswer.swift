internal import CofferBase
internal import SocketClient

/// What of an answer matters: its status, and whether the connection can be used again.
struct HTTPAnswer {
    let status: Int
    let isLast: Bool

    /// Answers are short; a longer one ends the connection.
    private static let longest = 64 << 10
    private static let headEnd = Array("\r\n\r\n".utf8)

    /// Reads one answer to its end, interim ones (1xx) skipped.
    static func receive(from socket: OpenSocket, before deadline: Deadline) throws(SocketFailure) -> HTTPAnswer {
        var bytes: [UInt8] = []
        while true {
            if let answer = try read(from: &bytes) { return answer }
            guard bytes.count < longest else { throw SocketFailure(.timedOut, "the answer is too long") }
            let more = try socket.receive(upTo: 4096, before: deadline)
            if more.isEmpty { throw SocketFailure(.broken, "the connection ended before an answer") }
            bytes += more
        }
    }

    /// Nil when more bytes are needed.
    static func read(from bytes: inout [UInt8]) throws(SocketFailure) -> HTTPAnswer? {
        while let end = end(of: bytes) {
            let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
            let words = (lines.first ?? "").split(separator: " ", maxSplits: 2)
            guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]),
                (100..<600).contains(status)
            else { throw SocketFailure(.timedOut, "the answer is not of HTTP/1") }
            bytes.removeFirst(end + headEnd.count)
            if status < 200 { continue }
            return HTTPAnswer(status: status, isLast: !isComplete(lines, bytes, status))
        }
        return nil
    }

    /// Whether the whole body is here already; a connection with a rest in it is not used again.
    private static func isComplete(_ lines: [Substring], _ body: [UInt8], _ status: Int) -> Bool {
        var length = status == 204 ? 0 : nil
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.lowercased() }
            guard parts.count == 2 else { continue }
            let value = parts[1].filter { $0 != " " }
            if parts[0] == "connection" && value.contains("close") { return false }
            if parts[0] == "content-length" { length = Int(value) }
        }
        return length == body.count && lines.first?.hasPrefix("HTTP/1.1") == true
    }

    private static func end(of bytes: [UInt8]) -> Int? {
        guard bytes.count >= headEnd.count else { return nil }
        return (0...bytes.count - headEnd.count).first { bytes[$0..<$0 + headEnd.count].elementsEqual(headEnd) }
    }
}
