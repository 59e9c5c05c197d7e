import Glibc

/// Large bodies that are cheap to make and to compare in a debug build too.
enum Payload {
    /// Bytes in which no piece of a power of two can be lost or moved without being noticed.
    static func make(_ count: Int) -> [UInt8] {
        let block = (0..<4093).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 5) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + block.count)
        while bytes.count < count { bytes.append(contentsOf: block) }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Whether `bytes` are `start` and then `body`.
    static func isEqual(_ bytes: [UInt8], _ start: String, _ body: [UInt8]) -> Bool {
        let whole = Array(start.utf8) + body
        return bytes.withUnsafeBytes { left in
            whole.withUnsafeBytes { right in
                guard let first = left.baseAddress, let second = right.baseAddress else { return false }
                return left.count == right.count && memcmp(first, second, left.count) == 0
            }
        }
    }
}
