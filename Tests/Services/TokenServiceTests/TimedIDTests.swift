import CofferBase
import CofferCrypto
import LeaseService
import Testing

@testable import TokenService

@Suite struct TimedIDTests {
    private let mac = HMACSHA256(key: Array("salt".utf8))
    private let stamp: UInt64 = 1_700_000_000_123

    @Test("an id is 32 digits and letters, and tells when it was made, also in front of a namespace's mark")
    func time() throws {
        let id = try TimedID.draw(.system, stamp)
        #expect(id.utf8.count == 32)
        #expect(id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
        #expect(TimedID.stamp(of: id, from: 0) == stamp)
        #expect(TimedID.stamp(of: "hvs." + id + ".ns1", from: 4) == stamp)
        #expect(try TimedID.draw(.system, stamp) != id)
    }

    @Test(
        "what was not drawn has no time",
        arguments: [
            "", "root", "hvs.", "0123456789ABCDEFGHIJKLMN", String(repeating: "-", count: 32),
            String(repeating: "z", count: 33),
        ])
    func others(id: String) {
        #expect(TimedID.stamp(of: id, from: 0) == nil)
    }

    @Test("an accessor is made of its token alone, has its time and mark, and nothing of its random part")
    func accessor() throws {
        let id = try "hvs." + TimedID.draw(.system, stamp) + ".ns1"
        let accessor = TimedID.accessor(of: id, from: 4, mac)
        #expect(accessor.utf8.count == id.utf8.count - 4)
        #expect(accessor.hasSuffix(id.suffix(12)))
        #expect(accessor.prefix(24) != id.dropFirst(4).prefix(24))
        #expect(TimedID.accessor(of: id, from: 4, mac) == accessor)
        #expect(TimedID.accessor(of: id, from: 4, HMACSHA256(key: [1])) != accessor)
        let other = try "hvs." + TimedID.draw(.system, stamp) + ".ns1"
        #expect(TimedID.accessor(of: other, from: 4, mac) != accessor)
    }

    @Test("keys are in the order of the times")
    func order() throws {
        var keys: [String] = []
        for stamp in [0, 1, 999, 1000, 1_700_000_000_123, 1_700_000_000_124, 9_000_000_000_000] as [UInt64] {
            let id = try TimedID.draw(.system, stamp)
            #expect(TimedID.stamp(of: id, from: 0) == stamp)
            keys.append(TimedID.key(id, stamp, mac))
        }
        #expect(keys == keys.sorted())
        #expect(keys.allSatisfy { LeaseID.isTimed($0) })
        #expect(!LeaseID.isTimed("h" + String(repeating: "0", count: 64)))
        #expect(Set(keys).count == keys.count)
    }
}
