import CofferBase
import CofferCrypto
import CofferStorage
import Testing

@testable internal import CofferBarrier

@Suite struct BarrierEntryTests {
    private let path: StorageKey = "core/keyring"
    private let plaintext = Array("{\"a\":1}".utf8)
    private let version2 = "0000000102000102030405060708090a0b3c20b739ffd4bfa1430197ea422989bc914d512d32e260"
    private let version1 = "0000000101000102030405060708090a0b3c20b739ffd4bff95e0d4a2b353fd764fef6d81fb08326"

    private func key() throws -> AEADKey { try #require(AEADKey(SecretBytes(copying: [UInt8](0..<32)))) }

    @Test("the vector of version 2 holds both ways")
    func version2Vector() throws {
        let entry = try BarrierEntry.seal(plaintext, at: path, term: 1, key: key(), nonce: ArraySlice(0..<12))
        #expect(Hex.encode(entry) == version2)
        #expect(entry.count == plaintext.count + 33)
        #expect(BarrierEntry.overhead == 33)
        #expect(try BarrierEntry.open(entry, at: path, key: key(), unbound: false) == plaintext)
    }

    @Test("the vector of version 1 opens only where old data is migrated")
    func version1Vector() throws {
        let entry = try #require(Hex.decode(version1))
        #expect(try BarrierEntry.open(entry, at: path, key: key(), unbound: true) == plaintext)
        #expect(throws: AEADError.self) { try BarrierEntry.open(entry, at: path, key: key(), unbound: false) }
    }

    @Test("an entry does not open at another path")
    func moved() throws {
        let entry = try #require(Hex.decode(version2))
        for other in ["core/keyrinG", "core/keyring/", "core", ""] as [StorageKey] {
            #expect(throws: AEADError.self) { try BarrierEntry.open(entry, at: other, key: key(), unbound: true) }
        }
    }

    // K11
    @Test("one bit changed anywhere behind the term, and the entry does not open")
    func flipped() throws {
        let entry = try #require(Hex.decode(version2))
        for bit in 32..<8 * entry.count {
            var changed = entry
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: AEADError.self) { try BarrierEntry.open(changed, at: path, key: key(), unbound: true) }
        }
    }

    @Test("what is too short is no entry")
    func short() throws {
        let entry = try #require(Hex.decode(version2))
        for length in 0..<entry.count {
            let cut = Array(entry.prefix(length))
            #expect((BarrierEntry.term(of: cut) == nil) == (length < BarrierEntry.overhead))
            #expect(throws: AEADError.self) { try BarrierEntry.open(cut, at: path, key: key(), unbound: true) }
        }
    }

    @Test("the term is big-endian", arguments: [0, 1, 0x0102_0304, UInt32.max])
    func term(number: UInt32) throws {
        let entry = try BarrierEntry.seal([], at: path, term: number, key: key(), nonce: ArraySlice(0..<12))
        #expect(BarrierEntry.term(of: entry) == number)
        #expect(entry.first == UInt8(number >> 24))
    }
}
