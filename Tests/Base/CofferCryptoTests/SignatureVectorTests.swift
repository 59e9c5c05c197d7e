import CofferBase
import CofferCrypto
import Testing

@Suite("Published vectors of signatures and RSA encryption") struct SignatureVectorTests {
    @Test("ECDSA on three curves, in both forms (Wycheproof)", arguments: ["ecdsa", "ecdsa_p1363"])
    func curves(name: String) throws {
        var (valid, invalid) = (0, 0)
        for vector in try VectorFile(name).cases {
            guard let key = try? AsymmetricKey(publicKey: vector.key("publicKey")) else {
                #expect(!vector.isValid, "\(vector.id)")
                continue
            }
            let digest = vector.digest().hash(vector.bytes("msg"))
            let isValid = key.verifyECDSA(vector.bytes("sig"), digest, name == "ecdsa" ? .der : .fixed)
            if vector.isAcceptable { continue }
            #expect(isValid == vector.isValid, "\(vector.id)")
            if isValid { valid += 1 } else { invalid += 1 }
        }
        #expect(valid > 100 && invalid > 100)
    }

    @Test("Ed25519 refuses what can be made from a valid signature (Wycheproof)")
    func ed25519() throws {
        var valid = 0
        for vector in try VectorFile("ed25519").cases {
            let key = try AsymmetricKey(publicKey: vector.key("publicKey"))
            let isValid = key.verifyEd25519(vector.bytes("sig"), vector.bytes("msg"))
            #expect(isValid == vector.isValid, "\(vector.id)")
            if isValid { valid += 1 }
        }
        #expect(valid > 10)
    }

    @Test("RSA PKCS #1 v1.5 signatures leave no room in the padding (Wycheproof)")
    func pkcs1() throws {
        var (valid, invalid) = (0, 0)
        for vector in try VectorFile("rsa_pkcs1").cases where !vector.isAcceptable {
            let key = try AsymmetricKey(publicKey: vector.key("publicKey"))
            let digest = vector.digest()
            let isValid = key.verifyPKCS1(vector.bytes("sig"), digest.hash(vector.bytes("msg")), digest)
            #expect(isValid == vector.isValid, "\(vector.id)")
            if isValid { valid += 1 } else { invalid += 1 }
        }
        #expect(valid > 3 && invalid > 80)
    }

    @Test("RSA PSS with the declared salt, and with a salt of unknown length (Wycheproof)")
    func pss() throws {
        var (valid, invalid) = (0, 0)
        for vector in try VectorFile("rsa_pss").cases where !vector.isAcceptable {
            let key = try AsymmetricKey(publicKey: vector.key("publicKey"))
            let function = vector.digest()
            let digest = function.hash(vector.bytes("msg"))
            let isValid = key.verifyPSS(
                vector.bytes("sig"), digest, function, salt: .bytes(vector.number("sLen")))
            #expect(isValid == vector.isValid, "\(vector.id)")
            if isValid {
                #expect(key.verifyPSS(vector.bytes("sig"), digest, function, salt: .auto), "\(vector.id)")
                valid += 1
            } else {
                invalid += 1
            }
        }
        #expect(valid > 100 && invalid > 50)
    }

    @Test("RSA OAEP (Wycheproof)")
    func oaep() throws {
        var (valid, invalid) = (0, 0)
        for vector in try VectorFile("rsa_oaep").cases where vector.text("label").isEmpty {
            let key = try AsymmetricKey(pkcs8: SecretBytes(copying: vector.key("privateKey")))
            let plaintext = try? key.decrypt(vector.bytes("ct"), .oaep(vector.digest()))
            #expect((plaintext != nil) == vector.isValid, "\(vector.id)")
            if let plaintext {
                #expect(plaintext == vector.bytes("msg"), "\(vector.id)")
                valid += 1
            } else {
                invalid += 1
            }
        }
        #expect(valid > 10 && invalid > 20)
    }

    @Test("ML-DSA-65 verifies what it should (Wycheproof)")
    func latticeVerification() throws {
        var (valid, invalid) = (0, 0)
        for vector in try VectorFile("mldsa").cases where vector.text("ctx").isEmpty {
            let isValid = MLDSAKey.isValid(
                vector.bytes("sig"), vector.bytes("msg"), .mlDSA65, publicKey: vector.key("publicKey"))
            #expect(isValid == vector.isValid, "\(vector.id)")
            if isValid { valid += 1 } else { invalid += 1 }
        }
        #expect(valid > 5 && invalid > 10)
    }

    @Test("ML-DSA key pairs come from their seeds, and sign (NIST)")
    func latticeKeys() throws {
        let cases = try VectorFile("mldsa_seeds").cases
        for vector in cases {
            let name = vector.text("file").split(separator: "_").compactMap { Int($0) }.first ?? 0
            let parameterSet = try #require(MLDSAKey.ParameterSet(rawValue: "\(name)"))
            let key = try MLDSAKey(parameterSet, seed: vector.secret("xi"))
            #expect(key.publicKey == vector.bytes("pk"))
            let signature = try key.sign(vector.bytes("msg"))
            let isValid = MLDSAKey.isValid(
                signature, vector.bytes("msg"), parameterSet, publicKey: key.publicKey)
            let isValidForAnother = MLDSAKey.isValid(signature, [1, 2, 3], parameterSet, publicKey: key.publicKey)
            #expect(isValid && !isValidForAnother)
        }
        #expect(cases.count == 6)
    }
}
