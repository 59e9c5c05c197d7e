internal import CofferBase

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

    package mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { append($0) } }

    /// Two lower-case digits for each byte.
    package mutating func append(hexOf bytes: UnsafeBufferPointer<UInt8>) {
        reserve(2 * bytes.count)
        Hex.write(bytes, to: base + count)
        count += 2 * bytes.count
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

    private mutating func reserve(_ more: Int) {
        if capacity - count < more { grow(more) }
    }

    private mutating func grow(_ more: Int) {
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.moveInitialize(from: base, count: count)
        base.deallocate()
        base = larger
    }
}
