
@testable import CofferHTTP

extension FuzzTarget {
    /// Whatever the bytes are, the parser reads the same requests however they arrive, and stops at the first fault.
    static let http1 = FuzzTarget("http1") { checkHTTP1($0) }
}

private func checkHTTP1(_ input: [UInt8]) {
    let whole = events(input, piece: max(input.count, 1))
    precondition(events(input, piece: 1) == whole, "one byte at a time gives other requests")
    precondition(events(input, piece: 7) == whole, "seven bytes at a time give other requests")
    if let failure = whole.firstIndex(where: { $0.hasPrefix("failure") }) {
        precondition(failure == whole.count - 1, "something follows a failure")
    }
}

private func events(_ input: [UInt8], piece: Int) -> [String] {
    var parser = HTTP1Parser()
    var found: [String] = []
    var rest = input[...]
    while !rest.isEmpty {
        parser.append(rest.prefix(piece))
        rest = rest.dropFirst(piece)
        while let event = parser.next() { note(event, in: &found) }
    }
    return found
}

private func note(_ event: HTTP1Parser.Event, in found: inout [String]) {
    switch event {
    case .head(let head):
        found.append("head \(head.method) \(head.path) \(head.query ?? "-") \(head.length) \(head.keepsAlive)")
    case .body(let bytes):
        precondition(!bytes.isEmpty, "an empty piece of a body")
        let text = bytes.map { String($0, radix: 16) }.joined(separator: ".")
        if let last = found.last, last.hasPrefix("body ") {
            found[found.count - 1] = last + "." + text
        } else {
            found.append("body " + text)
        }
    case .end: found.append("end")
    case .failure(let status): found.append("failure \(status)")
    }
}
