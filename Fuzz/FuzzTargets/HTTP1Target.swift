@testable import CofferHTTP

extension FuzzTarget {
    /// Whatever the bytes are, the parser reads the same requests however they arrive, and stops at the first fault.
    /// It reads no request that a strict reader does not read.
    static let http1 = FuzzTarget("http1") { checkHTTP1($0) }
}

private func checkHTTP1(_ input: [UInt8]) {
    let whole = events(input, piece: max(input.count, 1))
    precondition(events(input, piece: 1) == whole, "one byte at a time gives other requests")
    precondition(events(input, piece: 7) == whole, "seven bytes at a time give other requests")
    if let failure = whole.firstIndex(where: { $0.hasPrefix("failure") }) {
        precondition(failure == whole.count - 1, "something follows a failure")
    }
    let own = requests(input)
    precondition(StrictHTTP.requests(in: input).starts(with: own), "requests that are none")
}

/// Those that are complete.
private func requests(_ input: [UInt8]) -> [String] {
    var parser = HTTP1Parser()
    parser.append(input)
    var found: [String] = []
    var (method, target, body) = ("", "", [UInt8]())
    while let event = parser.next() {
        switch event {
        case .head(let head):
            method = head.method
            target = head.path + (head.query.map { "?" + $0 } ?? "")
            body = []
        case .body(let bytes): body += bytes
        case .end: found.append(StrictHTTP.text(method, target, body))
        case .failure: return found
        }
    }
    return found
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
