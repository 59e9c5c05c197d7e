import CofferBase
import HTTPClient

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
        // A byte that is no UTF-8 becomes a mark of three.
        for value in ObjectText.values(of: "Key", in: input) {
            precondition(value.utf8.count <= 3 * input.count, "grown")
        }
        precondition(ObjectText.word(text).utf8.count <= 60, "a long word")
    }

    /// An address that is taken has one spelling, which is taken again; it ends no line of a request.
    static let httpAddress = FuzzTarget("http-address") { input in
        guard let address = HTTPAddress(String(decoding: input, as: UTF8.self)) else { return }
        let scheme = address.isSecure ? "https://" : "http://"
        precondition(HTTPAddress(scheme + address.authority + address.basePath) == address, "another address")
        precondition((address.authority + address.basePath).utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }, "a blank")
    }

    /// What is read is written, and read again as the same.
    static let protobuf = FuzzTarget("protobuf") { input in
        guard let message = ProtobufMessage(input) else { return }
        guard let again = ProtobufMessage(message.encoded()) else { fatalError("own message is refused") }
        let isSame = message.fields.elementsEqual(again.fields) { $0.number == $1.number && $0.value == $1.value }
        precondition(isSame, "another message")
    }
}
