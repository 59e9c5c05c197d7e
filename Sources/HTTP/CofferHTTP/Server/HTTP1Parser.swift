/// Reads HTTP/1.1 requests from bytes as they come: a value without I/O.
///
/// Strict where ambiguity lets two servers see two requests (RFC 9112, "Request
/// Smuggling"): both length fields, odd codings, folded lines, bare line feeds
/// and spaces around names are refused, and the connection is closed.
struct HTTP1Parser {
    struct Limits: Sendable {
        var requestLine = 64 * 1024
        /// Everything before the body.
        var head = 80 * 1024
        /// How many fields, and bytes of one and of all.
        var fields = 100
        var field = 16 * 1024
        var allFields = 64 * 1024
    }

    struct Head {
        var method: String
        var path: String
        var query: String?
        var fields = HTTPFields(capacity: 8)
        var keepsAlive = true
        /// HTTP/1.0, which knows no chunks.
        var isOld = false
        var expectsContinue = false
        var length: Length = .none

        enum Length: Equatable { case none, fixed(Int), chunked }
    }

    enum Event {
        case head(Head)
        case body(ArraySlice<UInt8>)
        case end
        /// The status to answer with before the connection is closed.
        case failure(Int)
    }

    private enum State {
        case head, fixed(Int), chunkSize, chunk(Int), chunkEnd, failed
        /// With the size of those that were read.
        case trailers(Int)
    }

    private let limits: Limits
    private var buffer: [UInt8] = []
    private var start = 0
    private var scanned = 0
    private var state = State.head
    /// An empty line before this request was dropped.
    private var hasSkippedLine = false

    init(limits: Limits = Limits()) { self.limits = limits }

    /// Bytes that have come but belong to no event yet.
    var pending: Int { buffer.count - start }

    /// Nothing more will be read.
    var hasFailed: Bool { if case .failed = state { true } else { false } }

    mutating func append(_ bytes: some Collection<UInt8>) { buffer.append(contentsOf: bytes) }

    /// The next event, or nil when more bytes are needed.
    mutating func next() -> Event? {
        switch state {
        case .head: return nextHead()
        case .fixed(let left): return nextFixed(left)
        case .chunkSize: return nextChunkSize()
        case .chunk(let left): return nextChunk(left)
        case .chunkEnd: return nextChunkEnd()
        case .trailers(let size): return nextTrailers(size)
        case .failed: return nil
        }
    }

    private var available: ArraySlice<UInt8> { buffer[start...] }

    private mutating func consume(_ count: Int) {
        start += count
        scanned = 0
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 64 * 1024)
            start = 0
        } else if start > 64 * 1024 {
            buffer.removeFirst(start)
            start = 0
        }
    }

    private mutating func fail(_ status: Int) -> Event {
        state = .failed
        return .failure(status)
    }

    // MARK: head

    private mutating func nextHead() -> Event? {
        // One empty line before a request is tolerated (RFC 9112, 2.2).
        if !hasSkippedLine && startsWithLineEnd {
            consume(2)
            hasSkippedLine = true
        }
        let end = endOfHead()
        if isRequestLineTooLong { return fail(414) }
        // What may still become the end of a head is not counted.
        if (end ?? buffer.count - 3) - start > limits.head { return fail(431) }
        guard let end else { return nil }
        switch HTTP1Head.parse(buffer.span.extracting(start..<end), limits: limits) {
        case .failure(let refusal): return fail(refusal.status)
        case .success(let head):
            consume(end - start + 4)
            hasSkippedLine = false
            switch head.length {
            case .none, .fixed(0): state = .fixed(0)
            case .fixed(let length): state = .fixed(length)
            case .chunked: state = .chunkSize
            }
            return .head(head)
        }
    }

    private var startsWithLineEnd: Bool {
        buffer.count - start >= 2 && buffer[start] == 0x0d && buffer[start + 1] == 0x0a
    }

    private var isRequestLineTooLong: Bool {
        let bound = limits.requestLine + 2
        return buffer.count - start >= bound && !available.prefix(bound).contains(0x0a)
    }

    /// Where `CRLF CRLF` begins; scans each byte once however the bytes arrive.
    private mutating func endOfHead() -> Int? {
        var index = start + max(scanned - 3, 0)
        while index + 3 < buffer.count {
            if buffer[index + 3] > 0x0d {
                index += 4
            } else if buffer[index] == 0x0d && buffer[index + 1] == 0x0a && buffer[index + 2] == 0x0d
                && buffer[index + 3] == 0x0a
            {
                return index
            } else {
                index += 1
            }
        }
        scanned = buffer.count - start
        return nil
    }

    // MARK: body

    private mutating func nextFixed(_ left: Int) -> Event? {
        if left == 0 {
            state = .head
            return .end
        }
        guard !available.isEmpty else { return nil }
        let part = available.prefix(left)
        let slice = Array(part)[...]
        state = .fixed(left - slice.count)
        consume(slice.count)
        return .body(slice)
    }

    private mutating func nextChunkSize() -> Event? {
        switch line(limit: 1024) {
        case .incomplete: return nil
        case .malformed, .tooLong: return fail(400)
        case .text(let text):
            guard let size = Self.chunkSize(text) else { return fail(400) }
            state = size == 0 ? .trailers(0) : .chunk(size)
            return next()
        }
    }

    /// Extensions are allowed and ignored.
    private static func chunkSize(_ text: [UInt8]) -> Int? {
        let digits = text.prefix(while: isHexDigit)
        guard (1...8).contains(digits.count) else { return nil }
        let rest = text[digits.endIndex...].drop { $0 == 0x20 || $0 == 0x09 }
        guard rest.isEmpty || rest.first == UInt8(ascii: ";") else { return nil }
        return Int(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private mutating func nextChunk(_ left: Int) -> Event? {
        guard !available.isEmpty else { return nil }
        let slice = Array(available.prefix(left))[...]
        state = left == slice.count ? .chunkEnd : .chunk(left - slice.count)
        consume(slice.count)
        return .body(slice)
    }

    private mutating func nextChunkEnd() -> Event? {
        guard available.count >= 2 else { return nil }
        guard startsWithLineEnd else { return fail(400) }
        consume(2)
        state = .chunkSize
        return next()
    }

    /// Trailers are read and dropped.
    private mutating func nextTrailers(_ before: Int) -> Event? {
        var size = before
        while true {
            switch line(limit: 8192) {
            case .incomplete: return nil
            case .malformed: return fail(400)
            case .tooLong: return fail(431)
            case .text(let text):
                if text.isEmpty {
                    state = .head
                    return .end
                }
                guard HTTP1Head.isField(text.span) else { return fail(400) }
                size += text.count + 2
                if size > limits.head { return fail(431) }
                state = .trailers(size)
            }
        }
    }

    private enum Line { case incomplete, malformed, tooLong, text([UInt8]) }

    /// The next line without its CRLF.
    private mutating func line(limit: Int) -> Line {
        guard let feed = available.prefix(limit + 2).firstIndex(of: 0x0a) else {
            return available.count < limit + 2 ? .incomplete : .tooLong
        }
        guard feed > start, buffer[feed - 1] == 0x0d else { return .malformed }
        let text = Array(buffer[start..<feed - 1])
        consume(feed + 1 - start)
        return text.contains(0x0d) || text.contains(0) ? .malformed : .text(text)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }
}
