import CofferBase
import CofferCrypto
import Testing

@Suite struct ES512KeyTests {
    @Test("what a key signs it verifies, and nothing else")
    func signature() throws {
        let key = try #require(ES512Key(rawRepresentation: try ES512Key.draw(.system)))
        let message = Array("eyJhbGciOiJFUzUxMiJ9.e30".utf8)
        let signature = try #require(key.sign(message))
        #expect(signature.count == 132)
        #expect(key.verify(signature, of: message))
        #expect(!key.verify(signature, of: message + [0]))
        #expect(!key.verify(signature.dropLast() + [signature[131] ^ 1], of: message))
        #expect(!key.verify([], of: message))
        let other = try #require(ES512Key(rawRepresentation: try ES512Key.draw(.system)))
        #expect(!other.verify(signature, of: message))
    }

    @Test("a key comes back from its bytes, and zero is no key")
    func bytes() throws {
        let bytes = try ES512Key.draw(.system)
        let key = try #require(ES512Key(rawRepresentation: bytes))
        #expect(key.rawRepresentation == bytes)
        #expect(key.publicPEM.hasPrefix("-----BEGIN PUBLIC KEY-----"))
        #expect(ES512Key(rawRepresentation: [UInt8](repeating: 0, count: 66)) == nil)
        #expect(ES512Key(rawRepresentation: []) == nil)
    }
}
