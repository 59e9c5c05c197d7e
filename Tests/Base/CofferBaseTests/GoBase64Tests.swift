import CofferBase
import Testing

/// Expected offsets are those of Go's CorruptInputError.
@Suite struct GoBase64Tests {
    @Test(
        "texts that Go takes are taken",
        arguments: [
            ("", ""), ("YQ==", "a"), ("YWI=", "ab"), ("YWJj", "abc"), ("YW\nJj", "abc"), ("YWJj\r\n", "abc"),
            ("YQ=\n=", "a"), ("YR==", "a"),
        ])
    func taken(text: String, decoded: String) throws {
        #expect(try GoBase64.decode(text) == Array(decoded.utf8))
    }

    @Test(
        "texts that Go refuses are refused at the same place",
        arguments: [
            ("Y", 0), ("YQ", 0), ("YWJjY", 4), ("YWJjYQ", 4), ("!", 0), ("YW!j", 2), ("=", 0), ("Y===", 1), ("YQ=", 3),
            ("YQ=a", 3), ("YQ==YQ==", 4), ("YWI=x", 4), ("YWJj=", 4), ("abc-", 3), ("é", 0),
        ])
    func refused(text: String, offset: Int) {
        let error = #expect(throws: GoBase64.Corrupt.self) { try GoBase64.decode(text) }
        #expect(error?.offset == offset)
    }
}
