/// Sixteen bytes of a text at once: whether they are ASCII and stand in a JSON string as they are.
///
/// As `ByteMarks`, but where a byte stands that does not is not asked.
enum PlainBytes {
    @inline(__always)
    static func all(_ bytes: SIMD2<UInt64>) -> Bool {
        let quotes = ((bytes | (each("&") ^ each("\""))) ^ each("&")) &- each("\u{1}")
        let angles = ((bytes | (each(">") ^ each("<"))) ^ each(">")) &- each("\u{1}")
        let slashes = (bytes ^ each("\\")) &- each("\u{1}")
        let controls = bytes &- each(" ")
        let marks = quotes | angles | slashes | controls | bytes
        return (marks.x | marks.y) & 0x8080_8080_8080_8080 == 0
    }

    private static func each(_ letter: Unicode.Scalar) -> SIMD2<UInt64> {
        SIMD2(repeating: 0x0101_0101_0101_0101 &* UInt64(letter.value))
    }
}
