import CofferStorage
import MemoryStorage
import TestSupport
import Testing

@testable import TokenService

@Suite struct EndingTokensTests {
    private struct Refusal: Error {}

    @Test("nothing is made under a token that ends, and it may be again when that failed")
    func closed() async throws {
        let (view, ending) = (StorageView(try await PlainStore(MemoryStorage()), prefix: ""), EndingTokens())
        #expect(ending.close(["a", "b"]) == ["a", "b"])
        let inside = try await view.transaction { (ending.enter("a", &$0), ending.enter("c", &$0)) }
        #expect(inside == (false, true))
        ending.open(["a", "b"])
        #expect(try await view.transaction { ending.enter("a", &$0) })
    }

    @Test("a token under which something is being made does not end this way, until that is done or has failed")
    func underWay() async throws {
        let (view, ending) = (StorageView(try await PlainStore(MemoryStorage()), prefix: ""), EndingTokens())
        let during = try await view.transaction { transaction in
            _ = ending.enter("a", &transaction)
            _ = ending.enter("a", &transaction)
            transaction.put("child", [])
            return ending.close(["a", "b"])
        }
        #expect(during == ["b"])
        #expect(ending.close(["a"]) == ["a"])
        ending.open(["a", "b"])
        await #expect(throws: Refusal.self) {
            try await view.transaction { transaction in
                _ = ending.enter("a", &transaction)
                throw Refusal()
            }
        }
        #expect(ending.close(["a"]) == ["a"])
    }

    @Test("two do not end the same token")
    func twice() {
        let ending = EndingTokens()
        #expect(ending.close(["a", "b"]) == ["a", "b"])
        #expect(ending.close(["b", "c"]) == ["c"])
    }
}
