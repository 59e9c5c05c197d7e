/// The form of `state.bin`: a mark, entries in ascending order of their keys, and their number.
///
/// ```
/// mark            "coffer state 1\n"
/// entry           key length (4 bytes, big-endian, not 0), value length (4), key, value
/// end             0 (4 bytes), number of entries (8)
/// ```
/// Values are what the storage holds: ciphertext, but for the few entries that must be read while sealed.
package enum StateForm {
    static let mark = Array("coffer state 1\n".utf8)
    /// Longer ones are no paths of ours.
    static let longestKey = 64 << 10

    package static func entry(_ key: [UInt8], _ value: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + key.count + value.count)
        append(UInt32(truncatingIfNeeded: key.count), to: &bytes)
        append(UInt32(truncatingIfNeeded: value.count), to: &bytes)
        bytes += key
        bytes += value
        return bytes
    }

    static func end(count: Int) -> [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, 0]
        append(UInt64(count), to: &bytes)
        return bytes
    }

    private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
