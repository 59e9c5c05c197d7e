import CofferBase
import CofferFramework
import TestSupport
import Testing

@testable import SealService

@Suite struct SealedRecordTests {
    private func slot(_ identity: String) -> WrappedKey {
        var slot = WrappedKey(ciphertext: [1, 2, 3])
        slot.identity = identity
        return slot
    }

    @Test("the record of one seal is that seal's message alone, as other servers store it")
    func one() throws {
        let slot = slot("a")
        #expect(SealedRecord([slot]).encoded() == slot.encoded())
        #expect(SealedRecord(encoded: slot.encoded())?.slots == [slot])
    }

    @Test("the record of several seals holds all of them, in order")
    func several() {
        let slots = [slot("a"), slot("b"), slot("c")]
        #expect(SealedRecord(encoded: SealedRecord(slots).encoded())?.slots == slots)
    }

    @Test("no shortened or changed record is a trap")
    func malformed() {
        let bytes = SealedRecord([slot("a"), slot("b")]).encoded()
        for count in bytes.indices { _ = SealedRecord(encoded: Array(bytes.prefix(count))) }
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                _ = SealedRecord(encoded: changed)
            }
        }
        #expect(SealedRecord(encoded: []) == nil)
        #expect(SealedRecord(encoded: [0x0a, 0xff]) == nil)
        #expect(SealedRecord(encoded: [0x08, 1]) == nil)
    }

    @Test("a record of another server, which names no seal, is tried by every seal")
    func foreign() async throws {
        let seal = FakeSeal("fake")
        let key = SecretBytes(copying: [4, 5, 6])
        let stored = try await seal.wrap(key).encoded()
        let group = try #require(
            SealGroup([ConfiguredSeal(type: "fake", name: "fake", seal: seal)], clock: ManualClock()))
        #expect(try await group.unwrap(stored).constantTimeEquals(key))
        #expect(!group.isCurrent(stored))
        #expect(try await group.isCurrent(group.wrap(key, needsAll: true)))
    }
}
