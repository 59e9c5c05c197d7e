internal import NIOHPACK

/// The head of a request over HTTP/2, with the limits of HTTP/1.1.
struct HTTP2Head {
    var method: String
    var path: String
    var query: String?
    var fields = HTTPFields()
    var declaredLength: Int?
    var expectsContinue = false

    static func parse(_ headers: HPACKHeaders, limits: HTTP1Parser.Limits) throws(HTTP1Head.Refusal) -> HTTP2Head {
        guard let method = headers.first(name: ":method"), let target = headers.first(name: ":path"),
            target.utf8.first == UInt8(ascii: "/"), target.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else { throw HTTP1Head.Refusal(status: 400) }
        if target.utf8.count > limits.requestLine { throw HTTP1Head.Refusal(status: 414) }
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        var head = HTTP2Head(
            method: method, path: String(target[..<(mark ?? target.endIndex)]),
            query: mark.map { String(target[target.utf8.index(after: $0)...]) })
        var bytes = 0
        for (name, value, _) in headers where !name.hasPrefix(":") {
            head.fields.add(name, value)
            let size = name.utf8.count + value.utf8.count
            bytes += size
            if head.fields.list.count > limits.fields || size > limits.field || bytes > limits.allFields {
                throw HTTP1Head.Refusal(status: 431)
            }
        }
        if let authority = headers.first(name: ":authority") { head.fields.add("host", authority) }
        head.declaredLength = head.fields["content-length"].flatMap { Int($0) }
        head.expectsContinue = head.fields["expect"].map { HTTPFields.equal($0, "100-continue") } ?? false
        return head
    }
}
