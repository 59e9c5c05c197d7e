import Testing

@testable import CofferHTTP

/// What a parser says about some bytes: a list of readable events.
func events(_ text: String, piece: Int = .max) -> [String] {
    var parser = HTTP1Parser()
    var found: [String] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        parser.append(rest.prefix(piece))
        rest = rest.dropFirst(piece)
        while let event = parser.next() {
            switch event {
            case .head(let head): found.append("head \(head.method) \(head.path)" + (head.query.map { "?" + $0 } ?? ""))
            case .body(let bytes):
                let part = String(decoding: bytes, as: UTF8.self)
                if let last = found.last, last.hasPrefix("body ") {
                    found[found.count - 1] = last + part
                } else {
                    found.append("body " + part)
                }
            case .end: found.append("end")
            case .failure(let status): found.append("failure \(status)")
            }
        }
    }
    return found
}

@Suite struct HTTP1ParserTests {
    static let valid: [(String, [String])] = [
        ("GET /v1/x HTTP/1.1\r\nHost: a\r\n\r\n", ["head GET /v1/x", "end"]),
        ("GET /v1/x?a=b&c HTTP/1.1\r\nHost: a\r\n\r\n", ["head GET /v1/x?a=b&c", "end"]),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", ["head POST /", "body abc", "end"]),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", ["head POST /", "end"]),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: v\r\n\r\n",
            ["head POST /", "body abc0123456789", "end"]
        ),
        ("LIST /v1/secret HTTP/1.1\r\nHost: a\r\n\r\n", ["head LIST /v1/secret", "end"]),
        (
            "\r\nGET /1 HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
            ["head GET /1", "end", "head GET /2", "end"]
        ),
        ("GET http://a/v1/x HTTP/1.1\r\nHost: a\r\n\r\n", ["head GET /v1/x", "end"]),
        ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", ["head GET /", "end"]),
        (
            "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
            ["head GET /1", "end", "head GET /2", "end"]
        ),
        ("GET / HTTP/1.0\r\n\r\n", ["head GET /", "end"]),
        ("GET / HTTP/1.1\r\nhOST:a\r\nX-Empty:\r\n\r\n", ["head GET /", "end"]),
    ]

    @Test("requests are read alike however their bytes arrive", arguments: valid, [1, 2, 7, Int.max])
    func reading(_ example: (String, [String]), piece: Int) {
        #expect(events(example.0, piece: piece) == example.1)
    }

    /// Texts that two servers could read as different requests (RFC 9112, 11.2).
    static let ambiguous: [(String, Int)] = [
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3 4\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 501),
        // The Kelvin sign, whose lower case is a k.
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chun\u{212a}ed\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\n Transfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nX: a\rContent-Length: 3\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nX: a\nContent-Length: 3\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nX\u{0}: a\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\n: a\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nNoColon\r\n\r\n", 400),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        ("GET / http/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /\u{7f} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET http://a?b/c HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ]

    @Test("a head that could mean two things is refused", arguments: ambiguous, [1, Int.max])
    func smuggling(_ example: (String, Int), piece: Int) {
        #expect(
            events(example.0 + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", piece: piece) == ["failure \(example.1)"])
    }

    static let chunks: [String] = [
        "x\r\nabc\r\n", "3 \nabc\r\n", "3\nabc\r\n", "3\r\nabcd\r\n", "-3\r\nabc\r\n", "0x3\r\nabc\r\n",
        "ffffffffff\r\n", "\r\nabc\r\n", "3\r\nabc\n\r0\r\n", "0\r\nbad\u{0}trailer: x\r\n\r\n",
        "3 x\r\nabc\r\n", "0\r\nno trailer\r\n\r\n", "0\r\n folded: x\r\n\r\n",
    ]

    @Test("a malformed chunk ends the connection", arguments: chunks, [1, Int.max])
    func badChunk(_ body: String, piece: Int) {
        let found = events(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body
                + "GET /s HTTP/1.1\r\nHost: a\r\n\r\n",
            piece: piece)
        #expect(found.last == "failure 400")
        #expect(!found.contains("head GET /s"))
    }

    @Test("every byte is one of a name, of a value or of neither, as RFC 9110 says")
    func characters() {
        let tokens = Set("!#$%&'*+-.^_`|~0123456789".utf8)
        for byte in UInt8.min...UInt8.max {
            let isLetter = (65...90).contains(byte) || (97...122).contains(byte)
            let name = head("X", byte, "Y: 1")
            // A colon ends the name.
            let isName = isLetter || tokens.contains(byte) || byte == UInt8(ascii: ":")
            #expect((name != nil) == isName, "byte \(byte)")
            let value = head("X: a", byte, "b")
            let isValue = byte >= 0x20 && byte != 0x7f || byte == 0x09
            #expect((value != nil) == isValue, "byte \(byte)")
            if isValue && byte < 0x80 { #expect(value?["x"] == "a\(Unicode.Scalar(byte))b") }
        }
        // What is no UTF-8 is replaced.
        #expect(head("X: a", 0xff, "b")?["x"] == "a\u{fffd}b")
    }

    @Test("a value has no blanks at its ends, and names have any case")
    func blanks() {
        let fields = head("content-LENGTH:0\r\nX: \t a \t b \t\r\nY:\t\r\nx-Z:", 0x20, "")
        #expect(fields?["content-length"] == "0")
        #expect(fields?["x"] == "a \t b")
        #expect(fields?["y"] == "")
        #expect(fields?["x-z"] == "")
        #expect(fields?["x-"] == nil)
        #expect(fields?["x-y"] == nil)
        // Only letters have cases: these two differ in the same bit.
        #expect(head("X@", 0x41, ": 1") == nil)
        #expect(head("X^", 0x41, ": 1")?["x~a"] == nil)
        #expect(head("X^", 0x41, ": 1")?["x^a"] == "1")
    }

    /// The fields of a request with this one in it; nil when it is refused.
    private func head(_ before: String, _ byte: UInt8, _ after: String) -> HTTPFields? {
        var parser = HTTP1Parser()
        parser.append(
            Array("GET / HTTP/1.1\r\nHost: a\r\n\(before)".utf8) + [byte] + Array("\(after)\r\n\r\n".utf8))
        guard case .head(let head)? = parser.next() else { return nil }
        return head.fields
    }

    @Test("limits on the request line, the head and the number of fields")
    func limits() {
        #expect(events("GET /" + String(repeating: "a", count: 70_000)) == ["failure 414"])
        let long = "X: " + String(repeating: "a", count: 90_000)
        #expect(events("GET / HTTP/1.1\r\nHost: a\r\n" + long + "\r\n\r\n") == ["failure 431"])
        let many = (0..<300).map { "X\($0): 1\r\n" }.joined()
        #expect(events("GET / HTTP/1.1\r\nHost: a\r\n" + many + "\r\n") == ["failure 431"])
    }

    /// A text whose request line, head, chunk size line or trailers are as long as they may be, or one byte longer.
    @Test("the limits are the same however the bytes arrive", arguments: [0, 1], [1, 7, Int.max])
    func exactLimits(excess: Int, piece: Int) {
        let limits = HTTP1Parser.Limits()
        func text(_ count: Int) -> String { String(repeating: "a", count: count) }
        let line = "GET /" + text(limits.requestLine - 14 + excess) + " HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(events(line, piece: piece).last == (excess == 0 ? "end" : "failure 414"))
        let field = "GET / HTTP/1.1\r\nHost: a\r\nX: " + text(limits.field - 3 + excess) + "\r\n\r\n"
        let many = String(repeating: "X: " + text(8187) + "\r\n", count: 7)
        let head = "GET / HTTP/1.1\r\n" + many + "Host: a\r\nX: " + text(8192 - 12 + excess) + "\r\n\r\n"
        #expect(events(field, piece: piece).last == (excess == 0 ? "end" : "failure 431"))
        #expect(events(head, piece: piece).last == (excess == 0 ? "end" : "failure 431"))
        let chunked = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let size = chunked + "0;" + text(1022 + excess) + "\r\n\r\n"
        #expect(events(size, piece: piece).last == (excess == 0 ? "end" : "failure 400"))
        let trailer = chunked + "0\r\nX:" + text(8190 + excess) + "\r\n\r\n"
        #expect(events(trailer, piece: piece).last == (excess == 0 ? "end" : "failure 431"))
    }

    @Test("trailers have a limit together", arguments: [1000, Int.max])
    func manyTrailers(piece: Int) {
        let trailers = (0..<100).map { "X\($0): " + String(repeating: "a", count: 1000) + "\r\n" }.joined()
        let text = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + trailers + "\r\n"
        #expect(events(text, piece: piece).last == "failure 431")
    }

    @Test("every prefix of a request waits for more and fails nothing")
    func prefixes() {
        let text = "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
        for count in 0..<text.utf8.count {
            let found = events(String(decoding: text.utf8.prefix(count), as: UTF8.self))
            #expect(!found.contains { $0.hasPrefix("failure") || $0 == "end" })
        }
    }

    @Test("whether the connection stays open")
    func keepAlive() {
        func keeps(_ head: String) -> Bool? {
            var parser = HTTP1Parser()
            parser.append(head.utf8)
            if case .head(let head)? = parser.next() { return head.keepsAlive }
            return nil
        }
        #expect(keeps("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == true)
        #expect(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n") == false)
        #expect(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, close\r\n\r\n") == false)
        #expect(keeps("GET / HTTP/1.0\r\n\r\n") == false)
    }
}
