import CofferBase
import TestSupport
import Testing

@Suite struct SecretBytesTests {
    private struct Refusal: Error {}

    @Test("the bytes are those that were given", arguments: [0, 1, 32, 4095, 4096, 4097])
    func contents(length: Int) {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        let secret = SecretBytes(copying: bytes)
        #expect(secret.count == length)
        #expect(secret.copyBytes() == bytes)
        #expect(secret.withUnsafeBytes { $0.count } == length)
    }

    @Test("memory is zero before it is filled, and exactly as long as asked for")
    func filling() {
        let secret = SecretBytes(count: 5) { target in
            #expect(target.count == 5)
            #expect(target.allSatisfy { $0 == 0 })
            target[2] = 9
        }
        #expect(secret.copyBytes() == [0, 0, 9, 0, 0])
    }

    @Test("many secrets at once keep apart, and memory that is used again is zero", arguments: [1, 33, 564, 4000])
    func sharedMemory(length: Int) {
        func secret(_ number: Int) -> SecretBytes {
            SecretBytes(count: length) { target in
                #expect(target.allSatisfy { $0 == 0 })
                for index in target.indices { target[index] = UInt8(truncatingIfNeeded: number &+ index) }
            }
        }
        var secrets = (0..<300).map(secret)
        secrets.removeAll { $0.copyBytes()[0] % 3 == 0 }
        secrets += (300..<500).map(secret)
        for secret in secrets {
            let bytes = secret.copyBytes()
            let first = Int(bytes[0])
            #expect(bytes == (0..<length).map { UInt8(truncatingIfNeeded: first &+ $0) })
        }
    }

    @Test("what filling throws reaches the caller")
    func fillingFails() {
        #expect(throws: Refusal.self) { try SecretBytes(count: 4) { (_) throws(Refusal) in throw Refusal() } }
    }

    @Test("equality depends on every bit and on the length")
    func equality() {
        let bytes = [UInt8](0..<40)
        let secret = SecretBytes(copying: bytes)
        #expect(secret.constantTimeEquals(SecretBytes(copying: bytes)))
        for bit in 0..<320 {
            var other = bytes
            other[bit / 8] ^= 1 << (bit % 8)
            #expect(!secret.constantTimeEquals(SecretBytes(copying: other)))
            #expect(!constantTimeEqual(bytes, other))
        }
        #expect(!secret.constantTimeEquals(SecretBytes(copying: bytes.dropLast())))
        #expect(!secret.constantTimeEquals(SecretBytes(copying: bytes + [0])))
        #expect(!secret.constantTimeEquals(SecretBytes(copying: [])))
        #expect(SecretBytes(copying: []).constantTimeEquals(SecretBytes(copying: [])))
    }

    @Test("no way of printing shows the bytes, and there is nothing to compare or encode them with")
    func silence() {
        let secret = SecretBytes(copying: Array("hunter2".utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(describing: secret), String(reflecting: secret), dumped] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("- 104"))
            #expect(!text.contains("104, 117"))
        }
        let any: Any = secret
        #expect(!(any is any CustomStringConvertible))
        #expect(!(any is any CustomDebugStringConvertible))
        #expect(!(any is any Equatable))
        #expect(!(any is any Encodable))
    }

    @Test("an array is overwritten in place")
    func zeroing() {
        var bytes: [UInt8] = [1, 2, 3]
        zero(&bytes)
        #expect(bytes == [0, 0, 0])
        var empty: [UInt8] = []
        zero(&empty)
        #expect(empty.isEmpty)
    }

    @Test("random secrets come from the source, and fail with it")
    func random() throws {
        let first = try SecretBytes(count: 32, from: .seeded(1))
        #expect(first.constantTimeEquals(try SecretBytes(count: 32, from: .seeded(1))))
        #expect(!first.constantTimeEquals(try SecretBytes(count: 32, from: .seeded(2))))
        let broken = RandomSource { (_) throws(RandomError) in throw RandomError() }
        #expect(throws: RandomError.self) { try SecretBytes(count: 32, from: broken) }
    }
}
