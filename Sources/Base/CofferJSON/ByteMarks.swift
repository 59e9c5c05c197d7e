/// Eight bytes at a time: `(word - 0x01…) & ~word & 0x80…` marks the bytes that are zero.
///
/// A borrow can only add marks above a true one, so the lowest mark is right.
struct ByteMarks {
    private static let ones: UInt64 = 0x0101_0101_0101_0101

    let word: UInt64
    private var marks: UInt64 = 0

    /// The eight bytes from `index`, which must exist.
    init(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) {
        word = UInt64(littleEndian: UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    mutating func mark(_ byte: UInt8) {
        let difference = word ^ (Self.ones &* UInt64(byte))
        marks |= (difference &- Self.ones) & ~difference
    }

    /// Marks bytes that are `byte` when `bits` are set in them: two letters that differ in one bit in one step.
    mutating func mark(_ byte: UInt8, ignoring bits: UInt8) {
        let difference = (word | Self.ones &* UInt64(bits)) ^ (Self.ones &* UInt64(byte))
        marks |= (difference &- Self.ones) & ~difference
    }

    /// Marks what cannot stand in a string as it is, and what U+2028 and U+2029 begin with.
    mutating func markEscaped() {
        mark(UInt8(ascii: "&"), ignoring: UInt8(ascii: "&") ^ UInt8(ascii: "\""))
        mark(UInt8(ascii: ">"), ignoring: UInt8(ascii: ">") ^ UInt8(ascii: "<"))
        mark(UInt8(ascii: "\\"))
        mark(0xe2)
        markControls()
    }

    /// Marks the bytes below 0x20.
    mutating func markControls() { marks |= (word &- Self.ones &* 0x20) & ~word }

    /// How far the first marked byte is; 8 when there is none.
    var first: Int { (marks & (Self.ones &* 0x80)).trailingZeroBitCount / 8 }
}
