internal import CPKCS11
internal import CofferBase
internal import CofferFramework
internal import Synchronization

/// A token in a slot, and the key in it. Used by one thread at a time.
final class HSMToken: Sendable {
    private static let secretKey: UInt = 4
    private static let publicKey: UInt = 2
    private static let privateKey: UInt = 3
    private static let tagLength = 16
    /// Longer than any RSA key's block.
    private static let longestBlock = 2048

    /// Of the token; empty where the slot is named.
    private let label: String
    private let slot: UInt?
    private let library: String
    private let pin: SecretBytes
    private let key: HSMKeySettings
    private let module = Mutex<ForeignObject?>(nil)

    init(_ settings: SealSettings, _ key: HSMKeySettings) throws(SealFailure) {
        guard let library = settings.value("lib", over: "VAULT_HSM_LIB", "BAO_HSM_LIB") else {
            throw SealFailure(.invalid, "lib is required: the path of the HSM's PKCS#11 library")
        }
        guard let pin = settings.value("pin", over: "VAULT_HSM_PIN", "BAO_HSM_PIN") else {
            throw SealFailure(.invalid, "pin is required")
        }
        label = settings.value("token_label", over: "VAULT_HSM_TOKEN_LABEL", "BAO_HSM_TOKEN_LABEL") ?? ""
        let number = settings.value("slot", over: "VAULT_HSM_SLOT", "BAO_HSM_SLOT")
        slot = number.flatMap { $0.hasPrefix("0x") ? UInt($0.dropFirst(2), radix: 16) : UInt($0) }
        if number != nil && slot == nil { throw SealFailure(.invalid, "slot must be a number") }
        if label.isEmpty && slot == nil { throw SealFailure(.invalid, "token_label or slot is required") }
        self.library = library
        self.pin = SecretBytes(copying: pin.utf8)
        self.key = key
    }

    var place: String { label.isEmpty ? "slot-\(slot ?? 0)" : label }

    func wrap(_ secret: SecretBytes, nonce: [UInt8]) throws(SealFailure) -> WrappedKey {
        try withSession { (module, session) throws(SealFailure) in
            var input = secret.copyBytes()
            defer { zero(&input) }
            let mechanism = try mechanism(module, session)
            let found = try find(mechanism == .aesGCM ? Self.secretKey : Self.publicKey, module, session)
            let run = Run(module: module, session: session, key: found, decrypts: false)
            var wrapped = WrappedKey(
                ciphertext: try mechanism == .aesGCM ? run.gcm(input, nonce) : run.oaep(input, key.hash))
            if mechanism == .aesGCM { wrapped.nonce = nonce }
            wrapped.mechanism = mechanism.rawValue
            wrapped.keyID = key.name
            return wrapped
        }
    }

    func unwrap(_ wrapped: WrappedKey) throws(SealFailure) -> SecretBytes {
        guard let mechanism = HSMKeySettings.Mechanism(rawValue: wrapped.mechanism),
            mechanism == .rsaOAEP || (wrapped.nonce.count == 12 && wrapped.ciphertext.count > Self.tagLength)
        else { throw SealFailure(.wrongKey, "what is stored was not wrapped by this kind of seal") }
        return try withSession { (module, session) throws(SealFailure) in
            let found = try find(mechanism == .aesGCM ? Self.secretKey : Self.privateKey, module, session)
            let run = Run(module: module, session: session, key: found, decrypts: true)
            var plaintext =
                try mechanism == .aesGCM
                ? run.gcm(wrapped.ciphertext, wrapped.nonce) : run.oaep(wrapped.ciphertext, key.hash)
            defer { zero(&plaintext) }
            return SecretBytes(copying: plaintext)
        }
    }

    /// As configured, or AES-GCM where there is a secret key of that name.
    private func mechanism(
        _ module: OpaquePointer, _ session: coffer_pkcs11_session
    ) throws(SealFailure) -> HSMKeySettings.Mechanism {
        if let mechanism = key.mechanism { return mechanism }
        return (try? find(Self.secretKey, module, session)) == nil ? .rsaOAEP : .aesGCM
    }

    private func find(
        _ keyClass: UInt, _ module: OpaquePointer, _ session: coffer_pkcs11_session
    ) throws(SealFailure) -> coffer_pkcs11_key {
        var found = coffer_pkcs11_key()
        var session = session
        let label = Array(key.label.utf8)
        try HSMFailure.check(
            coffer_pkcs11_find_key(module, &session, keyClass, label, label.count, key.id, key.id.count, &found))
        return found
    }

    /// Logs in, and ends the session whatever happens.
    private func withSession<R>(
        _ body: (OpaquePointer, coffer_pkcs11_session) throws(SealFailure) -> R
    ) throws(SealFailure) -> R {
        let object = try loaded()
        var found: UInt = 0
        var session = coffer_pkcs11_session()
        try HSMFailure.check(
            label.isEmpty
                ? coffer_pkcs11_find_slot(object.pointer, nil, slot ?? 0, &found)
                : coffer_pkcs11_find_slot(object.pointer, label, 0, &found))
        try HSMFailure.check(
            pin.withUnsafeBytes { pin in
                coffer_pkcs11_login(
                    object.pointer, found, pin.baseAddress?.assumingMemoryBound(to: UInt8.self), pin.count, &session)
            })
        defer { coffer_pkcs11_end(object.pointer, &session) }
        return try body(object.pointer, session)
    }

    private func loaded() throws(SealFailure) -> ForeignObject {
        if let known = module.withLock({ $0 }) { return known }
        var made: OpaquePointer?
        try HSMFailure.check(coffer_pkcs11_open(library, &made))
        guard let made else { throw SealFailure(.invalid, "the library of the HSM cannot be loaded") }
        let object = ForeignObject(made) { coffer_pkcs11_close($0) }
        module.withLock { $0 = object }
        return object
    }

    /// One encryption or decryption.
    private struct Run {
        let module: OpaquePointer
        var session: coffer_pkcs11_session
        var key: coffer_pkcs11_key
        let decrypts: Bool

        init(module: OpaquePointer, session: coffer_pkcs11_session, key: coffer_pkcs11_key, decrypts: Bool) {
            self.module = module
            self.session = session
            self.key = key
            self.decrypts = decrypts
        }

        func gcm(_ input: [UInt8], _ nonce: [UInt8]) throws(SealFailure) -> [UInt8] {
            var (session, key) = (session, key)
            var output = [UInt8](repeating: 0, count: input.count + HSMToken.tagLength)
            var count = output.count
            try HSMFailure.check(
                coffer_pkcs11_gcm(
                    module, &session, &key, decrypts ? 1 : 0, nonce, nonce.count, input, input.count, &output, &count))
            return Array(output.prefix(count))
        }

        func oaep(_ input: [UInt8], _ hash: Int32) throws(SealFailure) -> [UInt8] {
            var (session, key) = (session, key)
            var output = [UInt8](repeating: 0, count: HSMToken.longestBlock)
            var count = output.count
            try HSMFailure.check(
                coffer_pkcs11_oaep(
                    module, &session, &key, decrypts ? 1 : 0, hash, input, input.count, &output, &count))
            return Array(output.prefix(count))
        }
    }
}
