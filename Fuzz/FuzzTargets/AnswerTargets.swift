import SnapshotService
import WebClient

@testable import HTTPAudit
@testable import SnapshotService

/// What services answer that the server sends something to, and their addresses.
extension FuzzTarget {
    /// Answers are the same however they arrive.
    static let httpAnswer = FuzzTarget("http-answer") { input in
        func read(_ piece: Int) -> String {
            var (bytes, rest) = ([UInt8](), input[...])
            while !rest.isEmpty {
                bytes += rest.prefix(piece)
                rest = rest.dropFirst(piece)
                do {
                    guard let answer = try HTTPAnswer.read(from: &bytes) else { continue }
                    precondition((200..<600).contains(answer.status), "no status")
                    return "\(answer.status)"
                } catch {
                    return "refused"
                }
            }
            return "more"
        }
        precondition(read(1) == read(max(input.count, 1)), "another answer")
    }

    /// What is escaped is read back; what is read holds no markup of its own element.
    static let objectText = FuzzTarget("object-text") { input in
        let text = String(decoding: input, as: UTF8.self)
        precondition(Array(ObjectText.unescaped(ObjectText.escaped(text)).utf8) == Array(text.utf8), "another text")
        let body = Array("<Key>\(ObjectText.escaped(text))</Key>".utf8)
        let found = ObjectText.values(of: "Key", in: body)
        precondition(found.map { Array($0.utf8) } == [Array(text.utf8)], "another key")
        for value in ObjectText.values(of: "Key", in: input) { precondition(value.utf8.count <= input.count, "grown") }
        precondition(ObjectText.word(text).utf8.count <= 60, "a long word")
    }

    /// An address that is taken has one spelling, which is taken again; it ends no line of a request.
    static let webAddress = FuzzTarget("web-address") { input in
        let text = String(decoding: input, as: UTF8.self)
        if let (address, path) = WebAddress.parse(url: text) {
            precondition(WebAddress(authority: address.authority) == address, "another address")
            precondition((address.authority + path).utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }, "a blank")
        }
    }
}
