internal import Glibc

/// The name of a stored entry: bytes, ordered as bytes (contract rule S3).
///
/// Not a `String`: Swift compares strings by canonical equivalence, under which
/// two different paths could be one entry.
package struct StorageKey: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let bytes: [UInt8]

    @inlinable package init(bytes: [UInt8]) { self.bytes = bytes }
    package init(_ text: some StringProtocol) { bytes = Array(text.utf8) }
    /// Nearly all keys are made of one of these; what is written for every text costs several times as much.
    package init(_ text: String) { bytes = Array(text.utf8) }
    package init(stringLiteral value: String) { bytes = Array(value.utf8) }

    package static func == (left: StorageKey, right: StorageKey) -> Bool {
        left.bytes.withUnsafeBytes { left in
            right.bytes.withUnsafeBytes { right in
                guard left.count == right.count else { return false }
                guard let a = left.baseAddress, let b = right.baseAddress else { return true }
                return memcmp(a, b, left.count) == 0
            }
        }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(bytes.withUnsafeBytes { KeyDigest.of($0) })
    }

    /// What a table asks for: the digest as it is. To hash it once more would cost as much again.
    package func _rawHashValue(seed: Int) -> Int {
        bytes.withUnsafeBytes { Int(truncatingIfNeeded: KeyDigest.of($0)) ^ seed }
    }

    package static func < (left: StorageKey, right: StorageKey) -> Bool {
        left.bytes.withUnsafeBytes { left in
            right.bytes.withUnsafeBytes { right in
                guard let a = left.baseAddress, let b = right.baseAddress else { return left.count < right.count }
                let order = memcmp(a, b, min(left.count, right.count))
                return order == 0 ? left.count < right.count : order < 0
            }
        }
    }

    @inlinable package static func + (left: StorageKey, right: some StringProtocol) -> StorageKey {
        StorageKey(bytes: left.bytes + right.utf8)
    }

    package static func + (left: StorageKey, right: StorageKey) -> StorageKey {
        StorageKey(bytes: left.bytes + right.bytes)
    }

    package func hasPrefix(_ prefix: StorageKey) -> Bool { Self.begins(bytes, with: prefix) }

    static func begins(_ bytes: [UInt8], with prefix: StorageKey) -> Bool {
        bytes.withUnsafeBytes { bytes in
            prefix.bytes.withUnsafeBytes { prefix in
                guard bytes.count >= prefix.count else { return false }
                guard let a = bytes.baseAddress, let b = prefix.baseAddress else { return true }
                return memcmp(a, b, prefix.count) == 0
            }
        }
    }

    /// The smallest key above every key with this prefix; nil when there is none (empty or all 0xFF).
    package var upperBound: StorageKey? {
        var end = bytes
        while let last = end.last {
            if last < 0xff {
                end[end.count - 1] = last + 1
                return StorageKey(bytes: end)
            }
            end.removeLast()
        }
        return nil
    }

    /// The smallest key above this one.
    package var successor: StorageKey { StorageKey(bytes: bytes + [0]) }

    package var description: String { String(decoding: bytes, as: UTF8.self) }
}
