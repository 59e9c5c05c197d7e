internal import CBase
internal import Synchronization

/// Random bytes fetched ahead, for ids and nonces: a request needs several, and each system call costs as much
/// as the rest of making one. Bytes are wiped as they are given out, and never given twice.
final class RandomPool: Sendable {
    static let shared = RandomPool()
    /// Longer wishes may be keys, which must not lie about in memory before they are used.
    static let shortestKey = 32
    private static let size = 1024

    private struct State {
        var bytes: [UInt8] = []
        var used = 0
    }

    private let state = Mutex(State())

    /// Fills `target`, which is shorter than a key.
    func take(_ target: UnsafeMutableRawBufferPointer) throws(RandomError) {
        let isFilled = state.withLock { state in
            if state.bytes.count - state.used < target.count, !Self.refill(&state) { return false }
            for index in target.indices {
                target[index] = state.bytes[state.used + index]
                state.bytes[state.used + index] = 0
            }
            state.used += target.count
            return true
        }
        if !isFilled { throw RandomError() }
    }

    private static func refill(_ state: inout State) -> Bool {
        if state.bytes.isEmpty { state.bytes = [UInt8](repeating: 0, count: size) }
        // Should the system fail, what may be half written must not be used.
        state.used = size
        let isFilled = state.bytes.withUnsafeMutableBytes { coffer_random($0.baseAddress, $0.count) == 0 }
        if isFilled { state.used = 0 }
        return isFilled
    }
}
