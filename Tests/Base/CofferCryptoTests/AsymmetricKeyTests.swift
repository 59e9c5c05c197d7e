import CofferBase
import CofferCrypto
import Testing

@Suite struct AsymmetricKeyTests {
    static let kinds: [AsymmetricKey.Kind] = [.rsa(bits: 2048), .p256, .p384, .p521, .ed25519]

    @Test("a key comes back from each of its forms", arguments: kinds)
    func forms(kind: AsymmetricKey.Kind) throws {
        let key = try AsymmetricKey.generate(kind, random: .system)
        #expect(key.kind == kind && key.isPrivate)
        let copy = try AsymmetricKey(pkcs8: key.pkcs8())
        #expect(copy.kind == kind && copy.isPrivate && copy.hasPublicKey(of: key))
        let publicKey = try AsymmetricKey(publicKey: key.publicDER())
        #expect(publicKey.kind == kind && !publicKey.isPrivate && publicKey.hasPublicKey(of: key))
        #expect(throws: KeyError.self) { try publicKey.pkcs8() }
        let other = try AsymmetricKey.generate(kind, random: .system)
        #expect(!other.hasPublicKey(of: key))
    }

    @Test("an RSA key comes back from its numbers")
    func rsaNumbers() throws {
        let key = try AsymmetricKey.generate(.rsa(bits: 2048), random: .system)
        let numbers = try #require(key.rsaNumbers)
        let copy = try AsymmetricKey(numbers)
        #expect(copy.isPrivate && copy.hasPublicKey(of: key))
        var publicNumbers = AsymmetricKey.RSANumbers()
        publicNumbers.modulus = numbers.modulus
        let publicKey = try AsymmetricKey(publicNumbers)
        #expect(!publicKey.isPrivate && publicKey.hasPublicKey(of: key))
        var wrong = numbers
        wrong.primes[0] = "17"
        #expect(throws: KeyError.self) { try AsymmetricKey(wrong) }
    }

    @Test("a key of a curve comes back from its numbers", arguments: [.p256, .p384, .p521] as [AsymmetricKey.Kind])
    func curveNumbers(kind: AsymmetricKey.Kind) throws {
        let key = try AsymmetricKey.generate(kind, random: .system)
        var numbers = try #require(key.curveNumbers)
        let copy = try AsymmetricKey(kind, numbers)
        #expect(copy.isPrivate && copy.hasPublicKey(of: key))
        numbers.d = ""
        #expect(try !AsymmetricKey(kind, numbers).isPrivate)
        numbers.x = "1"
        #expect(throws: KeyError.self) { try AsymmetricKey(kind, numbers) }
        numbers.d = "12345"
        #expect(throws: KeyError.self) { try AsymmetricKey(kind, numbers) }
    }

    @Test("RSA signs with every hash function, salt and padding", arguments: Digest.allCases)
    func rsaSignatures(function: Digest) throws {
        let key = Self.rsa
        let digest = function.hash([1, 2, 3])
        let pkcs1 = try key.signPKCS1(digest, function)
        #expect(key.verifyPKCS1(pkcs1, digest, function))
        #expect(!key.verifyPKCS1(pkcs1, digest, nil))
        for salt in [.auto, .digest, .bytes(0), .bytes(11)] as [AsymmetricKey.SaltLength] {
            let signature = try key.signPSS(digest, function, salt: salt, random: .system)
            #expect(key.verifyPSS(signature, digest, function, salt: salt))
            #expect(key.verifyPSS(signature, digest, function, salt: .auto))
            #expect(!key.verifyPSS(signature, digest, function, salt: .bytes(12)))
        }
        #expect(throws: KeyError.self) {
            try key.signPSS(digest, function, salt: .bytes(256 - 1 - digest.count), random: .system)
        }
        #expect(throws: KeyError.self) { try key.signPSS([1], function, salt: .auto, random: .system) }
    }

    private static let rsa: AsymmetricKey = {
        do {
            return try AsymmetricKey.generate(.rsa(bits: 2048), random: .system)
        } catch {
            fatalError("an RSA key can always be made")
        }
    }()

    @Test("operations of another kind fail and harm nothing")
    func wrongKind() throws {
        let key = try AsymmetricKey.generate(.ed25519, random: .system)
        #expect(throws: KeyError.self) { try key.signPKCS1([1], nil) }
        #expect(throws: KeyError.self) { try key.signECDSA([1], .der) }
        #expect(throws: KeyError.self) { try key.encrypt([1], .pkcs1v15) }
        #expect(key.rsaNumbers == nil && key.curveNumbers == nil)
        #expect(!Self.rsa.verifyECDSA([1], [2], .fixed) && !Self.rsa.verifyEd25519([1], [2]))
        #expect(Self.rsa.ed25519PublicKey == nil && Self.rsa.ed25519Seed == nil)
    }

    @Test("junk is no key")
    func junk() {
        for length in [0, 1, 2, 31, 200] {
            let bytes = [UInt8](repeating: 0x30, count: length)
            #expect(throws: KeyError.self) { try AsymmetricKey(pkcs8: SecretBytes(copying: bytes)) }
            #expect(throws: KeyError.self) { try AsymmetricKey(publicKey: bytes) }
            #expect(throws: KeyError.self) { try Certificate(bytes) }
            #expect(throws: KeyError.self) { try CertificateRequest.make(Self.rsa, template: bytes) }
        }
    }

    @Test("PEM blocks are found between other text; broken ones are refused")
    func pem() throws {
        let block = PEM("PUBLIC KEY", [UInt8](0..<100))
        let text = "a comment\n" + block.text + "\r\n" + block.trimmedText
        let blocks = try #require(PEM.blocks(in: text))
        #expect(blocks.map(\.der) == [block.der, block.der] && blocks[0].label == "PUBLIC KEY")
        #expect(PEM.blocks(in: "-----BEGIN X-----\nAAAA\n-----END Y-----") == nil)
        #expect(PEM.blocks(in: "-----BEGIN X-----\nA*AA\n-----END X-----") == nil)
        #expect(PEM.blocks(in: "-----BEGIN X-----\nAAAA\n") == nil)
        #expect(PEM.blocks(in: "nothing")?.isEmpty == true)
    }
}
