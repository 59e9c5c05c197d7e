package import CofferBase
internal import Synchronization

extension RandomSource {
    /// The same bytes for the same seed: for tests only, anyone can compute them (SplitMix64).
    package static func seeded(_ seed: UInt64) -> RandomSource {
        let generator = Generator(seed)
        return RandomSource { (target) throws(RandomError) in
            for index in target.indices { target[index] = generator.next() }
        }
    }

    private final class Generator: Sendable {
        private let state: Mutex<UInt64>

        init(_ seed: UInt64) { state = Mutex(seed) }

        func next() -> UInt8 {
            state.withLock { state in
                state &+= 0x9e37_79b9_7f4a_7c15
                var mixed = state
                mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
                mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
                return UInt8(truncatingIfNeeded: mixed ^ (mixed >> 31))
            }
        }
    }
}
