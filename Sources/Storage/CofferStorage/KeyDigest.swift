/// A quick digest of bytes, for tables in memory; it differs from process to process.
///
/// Keys are long, and a request looks for them in several tables: of all bytes, Swift's hash took a thirtieth of a
/// login. This folds products with words that are drawn at the start, as Go's maps do on processors without AES: who
/// chooses keys cannot know which of them meet. It is no cryptographic hash.
enum KeyDigest {
    private static let drawn = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))

    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        let (first, second) = drawn
        // The count is spread over the word, so that no last byte can make up for it.
        var state = first ^ (UInt64(bytes.count) &* 0x9e37_79b9_7f4a_7c15)
        var index = 0
        while bytes.count - index > 16 {
            state = folded(word(bytes, index) ^ second, word(bytes, index + 8) ^ state)
            index += 16
        }
        // The last words may repeat bytes; what is too short for them stands in two halves.
        let (low, high) =
            switch bytes.count {
            case 8...: (word(bytes, max(bytes.count - 16, 0)), word(bytes, bytes.count - 8))
            default: (short(bytes.prefix(4)), short(bytes.dropFirst(4)))
            }
        return folded(folded(low ^ second, high ^ state), second ^ first)
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    private static func short(_ bytes: Slice<UnsafeRawBufferPointer>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func folded(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
