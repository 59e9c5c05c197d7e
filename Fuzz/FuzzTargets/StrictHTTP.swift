/// RFC 9112 once more, in the plainest way and for a whole input at once: which requests are complete in it.
enum StrictHTTP {
    /// `METHOD PATH ?QUERY body in hex`, each.
    static func requests(in input: [UInt8]) -> [String] {
        var rest = input[...]
        var found: [String] = []
        while true {
            if rest.starts(with: [13, 10]) { rest = rest.dropFirst(2) }
            guard let end = place(of: [13, 10, 13, 10], in: rest), let head = Head(rest[..<end]) else { return found }
            rest = rest[(end + 4)...]
            guard let body = head.isChunked ? chunks(&rest) : taken(head.length, from: &rest) else { return found }
            found.append(text(head.method, head.target, body))
        }
    }

    static func text(_ method: String, _ target: String, _ body: [UInt8]) -> String {
        "\(method) \(target) " + body.map { String($0, radix: 16) }.joined(separator: ".")
    }

    static func place(of part: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.indices.first { bytes[$0...].starts(with: part) }
    }

    /// A line without its end, when there is one and it holds no other control character that ends or hides a line.
    private static func line(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let end = place(of: [13, 10], in: rest) else { return nil }
        let line = rest[..<end]
        rest = rest[(end + 2)...]
        return line.contains { $0 == 13 || $0 == 10 || $0 == 0 } ? nil : line
    }

    private static func taken(_ count: Int, from rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    private static func chunks(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        var body: [UInt8] = []
        while true {
            guard let size = line(&rest).flatMap(size) else { return nil }
            if size == 0 { break }
            guard let piece = taken(size, from: &rest), rest.starts(with: [13, 10]) else { return nil }
            rest = rest.dropFirst(2)
            body += piece
        }
        while let trailer = line(&rest) {
            if trailer.isEmpty { return body }
            if Head.field(trailer) == nil { return nil }
        }
        return nil
    }

    private static func size(_ line: ArraySlice<UInt8>) -> Int? {
        let text = String(decoding: line.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
        let digits = line.contains(UInt8(ascii: ";")) ? text.trimmed : text.trimmedAtEnd
        guard (1...8).contains(digits.utf8.count), digits.utf8.allSatisfy({ isHexDigit($0) }) else { return nil }
        return text.first?.isHexDigit == true ? Int(digits, radix: 16) : nil
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool { "0123456789abcdefABCDEF".utf8.contains(byte) }

    /// The lines before the body.
    struct Head {
        var method = ""
        var target = ""
        var length = 0
        var isChunked = false

        init?(_ bytes: ArraySlice<UInt8>) {
            var rest = bytes + [13, 10]
            guard let first = StrictHTTP.line(&rest) else { return nil }
            let words = first.split(separator: 32, omittingEmptySubsequences: false).map(Array.init)
            guard words.count == 3, !words[0].isEmpty, words[0].allSatisfy(Self.isTokenByte),
                words[1].allSatisfy({ $0 > 32 && $0 < 127 }), !words[1].isEmpty
            else { return nil }
            let version = String(decoding: words[2], as: UTF8.self)
            guard ["HTTP/1.0", "HTTP/1.1"].contains(version) else { return nil }
            method = String(decoding: words[0], as: UTF8.self)
            guard let origin = Self.origin(String(decoding: words[1], as: UTF8.self), method) else { return nil }
            target = origin
            var fields: [String: [String]] = [:]
            while !rest.isEmpty {
                guard let field = StrictHTTP.line(&rest).flatMap(Self.field) else { return nil }
                fields[field.name, default: []].append(field.value)
            }
            guard frame(fields, isOld: version == "HTTP/1.0") else { return nil }
        }

        private mutating func frame(_ fields: [String: [String]], isOld: Bool) -> Bool {
            let hosts = fields["host"]?.count ?? 0
            guard hosts == 1 || (hosts == 0 && isOld) else { return false }
            let lengths = fields["content-length"] ?? []
            if let codings = fields["transfer-encoding"] {
                isChunked = true
                return !isOld && lengths.isEmpty && codings.count == 1 && Self.lower(codings[0]) == "chunked"
            }
            guard let first = lengths.first else { return true }
            guard lengths.count == 1, !first.isEmpty, first.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }),
                let number = Int(first)
            else { return false }
            length = number
            return true
        }

        private static func origin(_ target: String, _ method: String) -> String? {
            if target.hasPrefix("/") || (target == "*" && method == "OPTIONS") { return target }
            for scheme in ["http://", "https://"] where target.hasPrefix(scheme) {
                let rest = target.dropFirst(scheme.count)
                guard let end = rest.firstIndex(where: { "/?#".contains($0) }), end > rest.startIndex, rest[end] == "/"
                else { return nil }
                return String(rest[end...])
            }
            return nil
        }

        static func field(_ line: ArraySlice<UInt8>) -> (name: String, value: String)? {
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy(isTokenByte) else { return nil }
            let value = String(decoding: parts[1], as: UTF8.self)
            if parts[1].contains(where: { ($0 < 32 && $0 != 9) || $0 == 127 }) { return nil }
            return (lower(String(decoding: parts[0], as: UTF8.self)), value.trimmed)
        }

        /// By bytes: other letters have small ones among ASCII.
        private static func lower(_ text: String) -> String {
            String(decoding: text.utf8.map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 }, as: UTF8.self)
        }

        private static func isTokenByte(_ byte: UInt8) -> Bool {
            let signs = "!#$%&'*+-.^_`|~".utf8
            return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)
                || signs.contains(byte)
        }
    }
}

extension String {
    /// Without blanks at both ends.
    fileprivate var trimmed: String {
        String(decoding: utf8.drop { $0 == 32 || $0 == 9 }, as: UTF8.self).trimmedAtEnd
    }

    fileprivate var trimmedAtEnd: String {
        String(decoding: utf8.reversed().drop { $0 == 32 || $0 == 9 }.reversed(), as: UTF8.self)
    }
}
