import CofferBase
import Testing

@Suite struct Base32Tests {
    @Test(
        "the vectors of RFC 4648",
        arguments: [
            ("", ""), ("f", "MY======"), ("fo", "MZXQ===="), ("foo", "MZXW6==="), ("foob", "MZXW6YQ="),
            ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI======"),
        ])
    func vectors(text: String, encoded: String) {
        #expect(Base32.encode(Array(text.utf8)) + encoded.filter { $0 == "=" } == encoded)
        #expect(Base32.decode(encoded) == Array(text.utf8))
        #expect(Base32.decode(encoded.lowercased().filter { $0 != "=" }) == Array(text.utf8))
    }

    @Test("what is no base 32", arguments: ["A", "MZX", "MZXW6Y", "M1======", "M=Y=====", "MY MY", "é"])
    func malformed(text: String) { #expect(Base32.decode(text) == nil) }
}
