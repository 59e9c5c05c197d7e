/// Checks and reads the lines of a request head.
enum HTTP1Head {
    struct Refusal: Error { let status: Int }

    /// - Parameter bytes: without the empty line at its end.
    static func parse(_ bytes: Span<UInt8>, limits: HTTP1Parser.Limits) -> Result<HTTP1Parser.Head, Refusal> {
        do throws(Refusal) {
            return .success(try read(bytes, limits))
        } catch {
            return .failure(error)
        }
    }

    private static func read(_ bytes: Span<UInt8>, _ limits: HTTP1Parser.Limits) throws(Refusal) -> HTTP1Parser.Head {
        var place = 0
        let first = try takeLine(bytes, &place)
        var (head, isOld) = try requestLine(bytes.extracting(first), limits)
        if bytes.count - place > limits.allFields { throw Refusal(status: 431) }
        var count = 0
        while place < bytes.count {
            count += 1
            let line = try takeLine(bytes, &place)
            if count > limits.fields || line.count > limits.field { throw Refusal(status: 431) }
            try field(bytes.extracting(line), into: &head.fields)
        }
        try interpret(&head, isOld: isOld)
        return head
    }

    /// The next line; every line feed must follow a carriage return, and no other return may stand alone.
    private static func takeLine(_ bytes: Span<UInt8>, _ place: inout Int) throws(Refusal) -> Range<Int> {
        let start = place
        var end = start
        while end < bytes.count {
            let byte = bytes[end]
            if byte <= 0x0d {
                if byte == 0x0d, end + 1 < bytes.count, bytes[end + 1] == 0x0a {
                    place = end + 2
                    return start..<end
                }
                if byte == 0x0d || byte == 0x0a || byte == 0 { throw Refusal(status: 400) }
            }
            end += 1
        }
        place = end
        return start..<end
    }

    private static func requestLine(
        _ line: Span<UInt8>, _ limits: HTTP1Parser.Limits
    ) throws(Refusal) -> (HTTP1Parser.Head, isOld: Bool) {
        if line.count > limits.requestLine { throw Refusal(status: 414) }
        var first = 0
        while first < line.count, isToken(line[first]) { first += 1 }
        guard (1...32).contains(first), first < line.count, line[first] == 0x20 else { throw Refusal(status: 400) }
        // A target holds no space.
        var last = first + 1
        while last < line.count, (0x21...0x7e).contains(line[last]) { last += 1 }
        guard last < line.count, line[last] == 0x20 else { throw Refusal(status: 400) }
        let isOld = try isOldVersion(line.extracting((last + 1)...))
        let method = text(line.extracting(..<first))
        let start = first + 1 + (try origin(line.extracting((first + 1)..<last), method))
        let mark = (start..<last).first { line[$0] == UInt8(ascii: "?") }
        var head = HTTP1Parser.Head(method: method, path: text(line.extracting(start..<(mark ?? last))))
        if let mark { head.query = text(line.extracting((mark + 1)..<last)) }
        return (head, isOld)
    }

    /// Whether it is HTTP/1.0; refuses what is not HTTP/1.
    private static func isOldVersion(_ version: Span<UInt8>) throws(Refusal) -> Bool {
        if begins(version, with: "HTTP/1."), version.count == 8 {
            if version[7] == UInt8(ascii: "1") { return false }
            if version[7] == UInt8(ascii: "0") { return true }
        }
        // More spaces are in no target and in no version.
        let isVersion = begins(version, with: "HTTP/") && version.indices.allSatisfy { version[$0] != 0x20 }
        throw Refusal(status: isVersion ? 505 : 400)
    }

    private static func begins(_ bytes: Span<UInt8>, with text: StaticString) -> Bool {
        guard bytes.count >= text.utf8CodeUnitCount else { return false }
        for place in 0..<text.utf8CodeUnitCount where bytes[place] != text.utf8Start[place] { return false }
        return true
    }

    private static func text(_ bytes: Span<UInt8>) -> String {
        bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    /// Where the origin form of a target begins; an absolute form is reduced to it.
    private static func origin(_ target: Span<UInt8>, _ method: String) throws(Refusal) -> Int {
        if !target.isEmpty, target[0] == UInt8(ascii: "/") { return 0 }
        if target.count == 1, target[0] == UInt8(ascii: "*"), method == "OPTIONS" { return 0 }
        for scheme in ["http://", "https://"] as [StaticString] where begins(target, with: scheme) {
            let authority = scheme.utf8CodeUnitCount
            // The authority ends where the path begins, and a query before any path would hide in it.
            guard let slash = (authority..<target.count).first(where: { "/?#".utf8.contains(target[$0]) }),
                slash > authority, target[slash] == UInt8(ascii: "/")
            else { throw Refusal(status: 400) }
            return slash
        }
        throw Refusal(status: 400)
    }

    private static func field(_ line: Span<UInt8>, into fields: inout HTTPFields) throws(Refusal) {
        guard let (name, value) = split(line) else { throw Refusal(status: 400) }
        fields.add(text(line.extracting(name)), text(line.extracting(value)))
    }

    /// Whether a line is a well-formed field.
    static func isField(_ line: Span<UInt8>) -> Bool { split(line) != nil }

    private static func split(_ line: Span<UInt8>) -> (name: Range<Int>, value: Range<Int>)? {
        // A line that starts with a space is a folded one; a space before the colon hides a name.
        var colon = 0
        while colon < line.count, isToken(line[colon]) { colon += 1 }
        guard colon > 0, colon < line.count, line[colon] == UInt8(ascii: ":") else { return nil }
        var (start, end) = (colon + 1, line.count)
        while start < end, isBlank(line[start]) { start += 1 }
        while end > start, isBlank(line[end - 1]) { end -= 1 }
        for place in start..<end {
            let byte = line[place]
            if byte < 0x20 && byte != 0x09 || byte == 0x7f { return nil }
        }
        return (0..<colon, start..<end)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func interpret(_ head: inout HTTP1Parser.Head, isOld: Bool) throws(Refusal) {
        let found = FramingFields(head.fields)
        guard found.hosts <= 1, isOld || found.hosts == 1 else { throw Refusal(status: 400) }
        if let coding = found.codings.first {
            guard found.lengths.isEmpty, !isOld, found.codings.count == 1 else { throw Refusal(status: 400) }
            // By bytes: in Unicode's cases the Kelvin sign is a k.
            guard HTTPFields.equal(coding, "chunked") else { throw Refusal(status: 501) }
            head.length = .chunked
        } else if let text = found.lengths.first {
            guard found.lengths.count == 1, text.utf8.allSatisfy({ (48...57).contains($0) }),
                let length = Int(text), length >= 0
            else { throw Refusal(status: 400) }
            head.length = .fixed(length)
        }
        let options = found.connection.isEmpty ? [] : found.connection.lowercased().split(separator: ",")
        head.isOld = isOld
        head.keepsAlive = !isOld && !options.contains { $0.filter { $0 != " " && $0 != "\t" } == "close" }
        head.expectsContinue = !isOld && head.fields["expect"]?.lowercased() == "100-continue"
    }

    /// RFC 9110 token characters, as bits: letters, digits and !#$%&'*+-.^_`|~
    private static func isToken(_ byte: UInt8) -> Bool {
        let bits: UInt64 = byte < 64 ? 0x03ff_6cfa_0000_0000 : byte < 128 ? 0x57ff_ffff_c7ff_fffe : 0
        return bits >> UInt64(byte & 63) & 1 != 0
    }
}

/// The fields that say where a request ends, found in one pass.
private struct FramingFields {
    var hosts = 0
    var lengths: [String] = []
    var codings: [String] = []
    /// All `Connection` options, joined.
    var connection = ""

    init(_ fields: HTTPFields) {
        for field in fields.list {
            switch field.name.utf8.count {
            case 4 where HTTPFields.equal(field.name, "host"): hosts += 1
            case 14 where HTTPFields.equal(field.name, "content-length"): lengths.append(field.value)
            case 17 where HTTPFields.equal(field.name, "transfer-encoding"): codings.append(field.value)
            case 10 where HTTPFields.equal(field.name, "connection"): connection += "," + field.value
            default: break
            }
        }
    }
}
