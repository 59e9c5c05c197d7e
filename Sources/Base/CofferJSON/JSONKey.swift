internal import Glibc

/// Equality of UTF-8 bytes, without Unicode canonical equivalence.
package func sameBytes(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    let contiguous = left.utf8.withContiguousStorageIfAvailable { leftBytes in
        right.utf8.withContiguousStorageIfAvailable { rightBytes in
            guard let left = leftBytes.baseAddress, let right = rightBytes.baseAddress else { return true }
            return memcmp(left, right, leftBytes.count) == 0
        }
    }
    return (contiguous ?? nil) ?? left.utf8.elementsEqual(right.utf8)
}

/// The name of an object's member as a dictionary key, compared and hashed by its bytes.
///
/// The standard hasher is seeded for each process, so nobody can send names that collide.
struct JSONKey: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: JSONKey, right: JSONKey) -> Bool { sameBytes(left.text, right.text) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
