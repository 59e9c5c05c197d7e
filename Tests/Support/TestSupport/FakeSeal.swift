package import CofferBase
package import CofferFramework
internal import Synchronization

/// A seal whose key is a byte, and which can be switched off.
package final class FakeSeal: AutoSeal {
    private struct State {
        var failure: SealFailure?
        var calls = 0
    }

    package let identity: String
    private let mask: UInt8
    private let state = Mutex(State())

    package init(_ identity: String, mask: UInt8 = 0x5a) {
        self.identity = identity
        self.mask = mask
    }

    /// Nil: it works.
    package var failure: SealFailure? {
        get { state.withLock { $0.failure } }
        set { state.withLock { $0.failure = newValue } }
    }

    /// How often it was asked.
    package var calls: Int { state.withLock { $0.calls } }

    package func wrap(_ key: SecretBytes) async throws(SealFailure) -> WrappedKey {
        try answer()
        var wrapped = WrappedKey(ciphertext: [mask] + key.copyBytes().map { $0 ^ mask })
        wrapped.keyID = identity
        return wrapped
    }

    package func unwrap(_ wrapped: WrappedKey) async throws(SealFailure) -> SecretBytes {
        try answer()
        guard wrapped.ciphertext.first == mask else { throw SealFailure(.wrongKey, "another key wrapped this") }
        return SecretBytes(copying: wrapped.ciphertext.dropFirst().map { $0 ^ mask })
    }

    private func answer() throws(SealFailure) {
        let failure = state.withLock { state in
            state.calls += 1
            return state.failure
        }
        if let failure { throw failure }
    }
}
