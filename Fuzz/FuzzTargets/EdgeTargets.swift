import CofferCore
import CofferFramework
import IdentityService
import NIOCore

@testable import CofferHTTP

/// What reads a request before anyone knows who sent it.
extension FuzzTarget {
    /// A path that is taken has one spelling, which is taken again as it is.
    static let path = FuzzTarget("path") { input in
        let text = String(decoding: input, as: UTF8.self)
        if let path = try? CanonicalPath(rawPath: text) {
            guard let again = try? CanonicalPath(decoded: path.text) else { fatalError("own spelling is refused") }
            precondition(again == path, "another path")
            precondition(!path.text.utf8.contains(0) && !path.text.contains("//"), "an unclean path")
            precondition(!path.text.split(separator: "/").contains(".."), "a way up")
        }
        if let name = try? CanonicalName(text) {
            guard let again = try? CanonicalName(name.text) else { fatalError("own name is refused") }
            precondition(again.text == name.text, "another name")
        }
    }

    static let query = FuzzTarget("query") { input in
        guard let pairs = QueryString.parse(input) else { return }
        precondition(pairs.count <= input.count, "more pairs than bytes")
    }

    static let secondFactors = FuzzTarget("second-factors") { input in
        let given = SecondFactors(header: String(decoding: input, as: UTF8.self))
        precondition(given.passcodes.keys.allSatisfy { !$0.isEmpty && !$0.hasPrefix(" ") }, "a method without a name")
    }

    /// Frames are the same however the buffers are cut.
    static let http2 = FuzzTarget("http2") { input in
        func farewells(_ piece: Int) -> Bool {
            var (walk, rest, found) = (HTTP2FrameWalk(), input[...], false)
            while !rest.isEmpty {
                if walk.holdFarewell(ByteBuffer(bytes: rest.prefix(piece))) { found = true }
                rest = rest.dropFirst(piece)
            }
            return found
        }
        let whole = farewells(max(input.count, 1))
        precondition(farewells(1) == whole && farewells(7) == whole, "other frames")
    }
}
