package import CofferBase

/// Text that is being written, in memory that only the writer has: a byte costs no look at who else holds it.
///
/// The one place of the writer that handles memory by itself; everything outside sees bytes that were written.
package struct JSONOutput: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 16)
        base = .allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    /// A copy of what was written.
    var bytes: [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }

    @inline(__always)
    package mutating func append(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    package mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (base + count).initialize(from: source, count: bytes.count)
        count += bytes.count
    }

    package mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// `"name":`, of a name of which nothing needs an escape.
    mutating func append(key name: StaticString) {
        let length = name.utf8CodeUnitCount
        reserve(length + 3)
        base[count] = UInt8(ascii: "\"")
        (base + count + 1).initialize(from: name.utf8Start, count: length)
        base[count + length + 1] = UInt8(ascii: "\"")
        base[count + length + 2] = UInt8(ascii: ":")
        count += length + 3
    }

    /// A text between quotes, escaped where it has to be.
    mutating func append(quoted text: UnsafeBufferPointer<UInt8>) {
        reserve(text.count + 2)
        base[count] = UInt8(ascii: "\"")
        count += 1
        if let source = UnsafeRawPointer(text.baseAddress),
            !Self.copy(plain: source, to: UnsafeMutableRawPointer(base + count), text.count)
        {
            append(escaped: text)
            return append(UInt8(ascii: "\""))
        }
        base[count + text.count] = UInt8(ascii: "\"")
        count += text.count + 1
    }

    package mutating func append(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBufferPointer { append($0) } }

    package mutating func append(_ number: Int64) {
        reserve(20)
        if number < 0 { append(UInt8(ascii: "-")) }
        var (rest, length) = (number.magnitude, 1)
        while rest >= 10 { (rest, length) = (rest / 10, length + 1) }
        rest = number.magnitude
        for place in (count..<count + length).reversed() {
            base[place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        count += length
    }

    package mutating func append(_ time: Timestamp) {
        reserve(Timestamp.rfc3339Limit)
        count += time.writeRFC3339(to: UnsafeMutableBufferPointer(start: base + count, count: Timestamp.rfc3339Limit))
    }

    /// Two lower-case digits for each byte.
    package mutating func append(hexOf bytes: UnsafeBufferPointer<UInt8>) {
        reserve(2 * bytes.count)
        Hex.write(bytes, to: base + count)
        count += 2 * bytes.count
    }

    /// Copies in steps that overlap where the length asks for it.
    /// - Returns: false when something may need an escape.
    private static func copy(plain source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, _ length: Int) -> Bool
    {
        switch length {
        case 16...:
            var place = 0
            while true {
                let bytes = source.loadUnaligned(fromByteOffset: place, as: SIMD2<UInt64>.self)
                if !PlainBytes.all(bytes) { return false }
                target.storeBytes(of: bytes, toByteOffset: place, as: SIMD2<UInt64>.self)
                if place == length - 16 { return true }
                place = min(place + 16, length - 16)
            }
        case 8...:
            let first = source.loadUnaligned(as: UInt64.self)
            let last = source.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self)
            target.storeBytes(of: first, as: UInt64.self)
            target.storeBytes(of: last, toByteOffset: length - 8, as: UInt64.self)
            return PlainBytes.all(SIMD2(first, last))
        case 4...:
            let first = source.loadUnaligned(as: UInt32.self)
            let last = source.loadUnaligned(fromByteOffset: length - 4, as: UInt32.self)
            target.storeBytes(of: first, as: UInt32.self)
            target.storeBytes(of: last, toByteOffset: length - 4, as: UInt32.self)
            let both = UInt64(first) << 32 | UInt64(last)
            return PlainBytes.all(SIMD2(both, both))
        default:
            for place in 0..<length {
                let byte = source.load(fromByteOffset: place, as: UInt8.self)
                target.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
                if JSONEscapes.begins(with: byte) { return false }
            }
            return true
        }
    }

    /// The text of a string up to the first byte that may need an escape, eight bytes at a time.
    /// - Returns: where in `text` that byte stands; the end when there is none.
    mutating func append(plainTextOf text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        reserve(text.count - start)
        var index = start
        while text.count - start >= 8, index < text.count {
            // The last word begins early and repeats bytes that are known to be plain.
            let repeated = max(index + 8 - text.count, 0)
            index -= repeated
            count -= repeated
            var marks = ByteMarks(text, at: index)
            marks.markEscaped()
            // What lies beyond a marked byte is written over.
            UnsafeMutableRawPointer(base + count).storeBytes(of: marks.word.littleEndian, as: UInt64.self)
            let plain = marks.first
            index += plain
            count += plain
            if plain < 8 { return index }
        }
        while index < text.count, !JSONEscapes.begins(with: text[index]) {
            base[count] = text[index]
            index += 1
            count += 1
        }
        return index
    }

    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if capacity - count < more { grow(more) }
    }

    @inline(never)
    private mutating func grow(_ more: Int) {
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.moveInitialize(from: base, count: count)
        base.deallocate()
        base = larger
    }
}
