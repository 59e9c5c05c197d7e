import CofferBase
import Testing

@Suite struct EncodingTests {
    @Test("every byte has two small digits, and digits of either case are read")
    func hex() {
        let bytes = [UInt8](0...255)
        let text = Hex.encode(bytes)
        #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff") && text.contains("9fa0"))
        #expect(Hex.decode(text) == bytes)
        #expect(Hex.decode(text.uppercased()) == bytes)
        #expect(Hex.decode("") == [])
        #expect(Hex.encode([]) == "")
    }

    @Test("bytes of every length have the digits that each of them has")
    func hexOfEveryLength() {
        for length in 0...40 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 37 + 5) }
            #expect(Hex.encode(bytes) == bytes.map { String($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        }
    }

    @Test(
        "odd lengths and other characters are no hexadecimal",
        arguments: ["0", "abc", "0g", "0x00", " 00", "-1", "00 ", "٠٠", "G0"])
    func noHex(text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test(
        "the base64 vectors of RFC 4648 hold",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64(text: String, encoded: String) {
        let bytes = Array(text.utf8)
        let bare = String(encoded.prefix { $0 != "=" })
        for coding in [Base64.standard, .url] {
            #expect(coding.encode(bytes) == encoded)
            #expect(coding.decode(encoded) == bytes)
        }
        for coding in [Base64.unpadded, .urlUnpadded] {
            #expect(coding.encode(bytes) == bare)
            #expect(coding.decode(bare) == bytes)
        }
    }

    @Test("the two alphabets differ in their last two letters, and do not read each other's")
    func alphabets() {
        let bytes: [UInt8] = [0xfb, 0xef, 0xff]
        #expect(Base64.standard.encode(bytes) == "++//")
        #expect(Base64.url.encode(bytes) == "--__")
        #expect(Base64.standard.decode("--__") == nil)
        #expect(Base64.urlUnpadded.decode("++//") == nil)
    }

    @Test(
        "wrong padding, foreign characters and spare bits are refused",
        arguments: [
            "Z", "Zg", "Zg=", "Zg===", "=", "==", "====", "A===", "Zm8", "Zm8==", "Zm9v=", "Zm9v====", "Z=g=", "=Zg=",
            "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm9v ", "Zm 9v", "Zm9vé", "Zg==Zg==", "Zm9*",
        ])
    func noBase64(text: String) {
        #expect(Base64.standard.decode(text) == nil)
    }

    @Test(
        "without padding, a lone letter, padding and spare bits are refused",
        arguments: ["Z", "Zg==", "Zh", "Zm9", "Zm9vZ", "Zm8="])
    func noUnpaddedBase64(text: String) {
        #expect(Base64.unpadded.decode(text) == nil)
    }

    @Test("bytes of every length come back from every coding")
    func roundTrip() {
        var generator = SeededGenerator(seed: 4)
        for length in 0...200 {
            let bytes = generator.bytes(length)
            for coding in [Base64.standard, .unpadded, .url, .urlUnpadded] {
                #expect(coding.decode(coding.encode(bytes)) == bytes)
            }
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
    }

    @Test("a root token is delivered as the base64 of token and one-time password, without padding")
    func generateRoot() {
        let mixed = zip("hvs.ABCDEFGHIJKLMNOPQRSTUVWX".utf8, "0123456789abcdefghijklmnopqr".utf8).map { $0 ^ $1 }
        #expect(Base64.unpadded.encode(mixed) == "WEdBHXV3dXN9fyYqKi4uKiomJjo6Pj46OiYmKg")
    }
}
