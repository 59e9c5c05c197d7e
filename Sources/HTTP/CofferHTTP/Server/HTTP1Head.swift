/// Checks and reads the lines of a request head.
enum HTTP1Head {
    struct Refusal: Error { let status: Int }

    static func parse(_ bytes: [UInt8], limits: HTTP1Parser.Limits) -> Result<HTTP1Parser.Head, Refusal> {
        do throws(Refusal) {
            return .success(try read(bytes, limits))
        } catch {
            return .failure(error)
        }
    }

    private static func read(_ bytes: [UInt8], _ limits: HTTP1Parser.Limits) throws(Refusal) -> HTTP1Parser.Head {
        var rest = bytes[...]
        let (head, isOld) = try requestLine(takeLine(&rest), limits)
        var result = head
        if rest.count > limits.allFields { throw Refusal(status: 431) }
        var count = 0
        while !rest.isEmpty {
            count += 1
            let line = try takeLine(&rest)
            if count > limits.fields || line.count > limits.field { throw Refusal(status: 431) }
            try field(line, into: &result.fields)
        }
        try interpret(&result, isOld: isOld)
        return result
    }

    /// The next line; every line feed must follow a carriage return, and no other return may stand alone.
    private static func takeLine(_ rest: inout ArraySlice<UInt8>) throws(Refusal) -> ArraySlice<UInt8> {
        let end = rest.firstIndex(of: 0x0a) ?? rest.endIndex
        var line = rest[rest.startIndex..<end]
        if end < rest.endIndex {
            guard line.last == 0x0d else { throw Refusal(status: 400) }
            line.removeLast()
            rest = rest[(end + 1)...]
        } else {
            rest = rest[end...]
        }
        if line.contains(0x0d) || line.contains(0) { throw Refusal(status: 400) }
        return line
    }

    private static func requestLine(
        _ line: ArraySlice<UInt8>, _ limits: HTTP1Parser.Limits
    ) throws(Refusal) -> (HTTP1Parser.Head, isOld: Bool) {
        if line.count > limits.requestLine { throw Refusal(status: 414) }
        // A target holds no space.
        guard let first = line.firstIndex(of: 0x20), let last = line.lastIndex(of: 0x20), first < last,
            first > line.startIndex, first - line.startIndex <= 32, line[..<first].allSatisfy(isToken),
            line[(first + 1)..<last].allSatisfy({ (0x21...0x7e).contains($0) })
        else { throw Refusal(status: 400) }
        let version = line[(last + 1)...]
        let isOld = version.elementsEqual("HTTP/1.0".utf8)
        guard isOld || version.elementsEqual("HTTP/1.1".utf8) else {
            throw Refusal(status: version.starts(with: "HTTP/".utf8) ? 505 : 400)
        }
        let method = String(decoding: line[..<first], as: UTF8.self)
        let target = try origin(line[(first + 1)..<last], method)
        let mark = target.firstIndex(of: UInt8(ascii: "?"))
        let head = HTTP1Parser.Head(
            method: method, path: String(decoding: target[..<(mark ?? target.endIndex)], as: UTF8.self),
            query: mark.map { String(decoding: target[($0 + 1)...], as: UTF8.self) })
        return (head, isOld)
    }

    /// The origin form of a target; an absolute form is reduced to it.
    private static func origin(_ target: ArraySlice<UInt8>, _ method: String) throws(Refusal) -> ArraySlice<UInt8> {
        if target.first == UInt8(ascii: "/") { return target }
        if target.elementsEqual("*".utf8), method == "OPTIONS" { return target }
        for scheme in ["http://", "https://"] where target.starts(with: scheme.utf8) {
            let authority = target.dropFirst(scheme.utf8.count)
            // The authority ends where the path begins, and a query before any path would hide in it.
            guard let slash = authority.firstIndex(where: { "/?#".utf8.contains($0) }), slash > authority.startIndex,
                target[slash] == UInt8(ascii: "/")
            else { throw Refusal(status: 400) }
            return target[slash...]
        }
        throw Refusal(status: 400)
    }

    private static func field(_ line: ArraySlice<UInt8>, into fields: inout HTTPFields) throws(Refusal) {
        guard let (name, value) = split(line) else { throw Refusal(status: 400) }
        fields.add(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    /// Whether a line is a well-formed field.
    static func isField(_ line: ArraySlice<UInt8>) -> Bool { split(line) != nil }

    private static func split(_ line: ArraySlice<UInt8>) -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)? {
        // A line that starts with a space is a folded one; a space before the colon hides a name.
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy(isToken)
        else { return nil }
        var value = line[(colon + 1)...]
        while value.first == 0x20 || value.first == 0x09 { value.removeFirst() }
        while value.last == 0x20 || value.last == 0x09 { value.removeLast() }
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else { return nil }
        return (line[..<colon], value)
    }

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

    /// RFC 9110 token characters.
    private static func isToken(_ byte: UInt8) -> Bool { tokens[Int(byte)] }

    private static let tokens: [Bool] = (0..<256).map { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || "!#$%&'*+-.^_`|~".utf8.contains(UInt8(byte))
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
