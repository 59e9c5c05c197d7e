internal import CBase

/// Key material that is zeroed when the last reference goes.
///
/// There is no `description`, no `Equatable` and no `Codable` on purpose: a
/// secret reaches a log or an error only if someone spells out the copy. Pages
/// are locked against swapping where the process limit allows it.
package final class SecretBytes: @unchecked Sendable {
    private let storage: UnsafeMutableRawBufferPointer

    /// Makes `count` bytes and lets `fill` write them before anyone can read.
    package init<E: Error>(
        count: Int, fill: (UnsafeMutableRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        let block = SecretPool.shared.take(count) ?? Self.pages(count)
        storage = block
        self.count = count
        try fill(UnsafeMutableRawBufferPointer(rebasing: block[..<count]))
    }

    /// Copies `bytes`. The caller zeroes its own copy (`zero(_:)`).
    package convenience init(copying bytes: some Collection<UInt8>) {
        self.init(count: bytes.count) { target in target.copyBytes(from: bytes) }
    }

    /// `count` bytes from `random`; throws when randomness fails.
    package convenience init(
        count: Int, from random: RandomSource
    ) throws(RandomError) {
        try self.init(count: count) { (target) throws(RandomError) in try random.fill(target) }
    }

    package let count: Int

    /// The bytes, for the length of the call only.
    package func withUnsafeBytes<R, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try body(UnsafeRawBufferPointer(rebasing: storage[..<count]))
    }

    /// A copy as an array, for formats that need one (base64 of an unseal key).
    package func copyBytes() -> [UInt8] { withUnsafeBytes { Array($0) } }

    /// Equality in time that depends on the lengths only.
    package func constantTimeEquals(_ other: SecretBytes) -> Bool {
        withUnsafeBytes { left in other.withUnsafeBytes { constantTimeEqual(left, $0) } }
    }

    /// Zeroed pages of its own, for what is larger than one.
    private static func pages(_ count: Int) -> UnsafeMutableRawBufferPointer {
        let page = SecretPool.pageSize
        let rounded = (count + page - 1) / page * page
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: rounded, alignment: page)
        block.initializeMemory(as: UInt8.self, repeating: 0)
        _ = coffer_lock_memory(block.baseAddress, rounded)
        return block
    }

    deinit {
        if storage.count <= SecretPool.pageSize { return SecretPool.shared.giveBack(storage) }
        coffer_zero(storage.baseAddress, storage.count)
        // The heap may keep the pages: left locked they would use up RLIMIT_MEMLOCK.
        coffer_unlock_memory(storage.baseAddress, storage.count)
        storage.deallocate()
    }
}

/// Equality of two byte sequences in time that depends on the lengths only.
///
/// Inlinable, as it takes a hundred times as long where it is not made for the type of its operands.
@inlinable package func constantTimeEqual(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for (a, b) in zip(left, right) { difference |= a ^ b }
    return difference == 0
}

/// Overwrites an array that held a secret, in place.
package func zero(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { coffer_zero($0.baseAddress, $0.count) }
}
