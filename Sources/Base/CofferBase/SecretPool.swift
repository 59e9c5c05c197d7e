internal import CBase
internal import Synchronization

/// Locked memory that many secrets share: with pages of its own, a key of 32 bytes would take eight thousand.
///
/// Blocks are powers of two, from 64 bytes to a page, cut from slabs that stay until the process ends.
/// What is given back is zeroed first.
final class SecretPool: Sendable {
    static let shared = SecretPool()
    static let pageSize = 4096

    private static let smallest = 64
    private static let slabSize = 4 * pageSize

    /// A free block; who takes it owns it.
    private struct Block: @unchecked Sendable {
        let start: UnsafeMutableRawPointer
    }

    /// Free blocks, by the power of two of their size above the smallest.
    private let free = Mutex<[[Block]]>([[Block]](repeating: [], count: 7))

    /// A zeroed block of at least `count` bytes; nil for one that is larger than a page.
    func take(_ count: Int) -> UnsafeMutableRawBufferPointer? {
        guard let order = Self.order(of: count) else { return nil }
        let size = Self.smallest << order
        let block = free.withLock { free in
            if free[order].isEmpty { free[order] = Self.slab(of: size) }
            return free[order].removeLast()
        }
        return UnsafeMutableRawBufferPointer(start: block.start, count: size)
    }

    func giveBack(_ block: UnsafeMutableRawBufferPointer) {
        guard let start = block.baseAddress, let order = Self.order(of: block.count) else { return }
        coffer_zero(start, block.count)
        let freed = Block(start: start)
        free.withLock { $0[order].append(freed) }
    }

    private static func order(of count: Int) -> Int? {
        (0..<7).first { smallest << $0 >= count }
    }

    private static func slab(of size: Int) -> [Block] {
        let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: slabSize, alignment: pageSize)
        slab.initializeMemory(as: UInt8.self, repeating: 0)
        // Locking is best effort: RLIMIT_MEMLOCK may be small, and an unlocked key still works.
        _ = coffer_lock_memory(slab.baseAddress, slabSize)
        return stride(from: 0, to: slabSize, by: size).compactMap { offset in
            slab.baseAddress.map { Block(start: $0 + offset) }
        }
    }
}
