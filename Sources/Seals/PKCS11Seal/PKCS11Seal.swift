package import CofferBase
package import CofferFramework

/// A seal whose key is in a hardware security module, behind a PKCS#11 library.
///
/// The library is loaded when it is first needed. Its calls block and nobody can end them, so they have a thread of
/// their own.
package final class PKCS11Seal: AutoSeal {
    package static let kind = SealKind(
        type: "pkcs11",
        keys: ["lib", "slot", "token_label", "pin", "key_label", "key_id", "mechanism", "rsa_oaep_hash"]
    ) { settings throws(SealFailure) in try PKCS11Seal(settings) }

    package let identity: String
    private let token: HSMToken
    private let random: RandomSource
    private let thread = BlockingPool(threads: 1)

    package init(_ settings: SealSettings) throws(SealFailure) {
        let key = try HSMKeySettings(settings)
        token = try HSMToken(settings, key)
        identity = "pkcs11:\(token.place)/\(key.name)"
        random = settings.random
    }

    package func wrap(_ key: SecretBytes) async throws(SealFailure) -> WrappedKey {
        guard let nonce = try? random.bytes(12) else {
            throw SealFailure(.invalid, "the operating system gave no random bytes")
        }
        return try await run { token throws(SealFailure) in try token.wrap(key, nonce: nonce) }
    }

    package func unwrap(_ wrapped: WrappedKey) async throws(SealFailure) -> SecretBytes {
        try await run { token throws(SealFailure) in try token.unwrap(wrapped) }
    }

    private func run<R: Sendable>(
        _ work: @escaping @Sendable (HSMToken) throws(SealFailure) -> R
    ) async throws(SealFailure) -> R {
        do {
            return try await thread.run { [token] in try work(token) }
        } catch {
            throw error as? SealFailure ?? SealFailure(.unreachable, "the server is stopping")
        }
    }
}
