import CofferBase

@testable import TransitEngine

/// What transit gave away and gets back.
extension FuzzTarget {
    private static let ring: KeyRing? = {
        var key = Key()
        (key.name, key.latest) = ("k", 1)
        guard let version = try? KeyVersion.generate(for: key, at: Timestamp(seconds: 0), random: .system) else {
            return nil
        }
        return KeyRing(key, [1: version])
    }()
    private static let sealed = ring.flatMap {
        try? $0.encrypt(Array("hello".utf8), 1, CipherOptions(CipherItem(), padding: nil, .aes256, index: 0), .system)
    }

    /// What decrypts is what was encrypted.
    static let ciphertext = FuzzTarget("ciphertext") { input in
        guard let ring, let sealed, let options = try? CipherOptions(CipherItem(), padding: nil, .aes256, index: 0)
        else { fatalError("no key") }
        for bytes in [changed(Array(sealed.utf8), by: input), input] {
            guard let opened = try? ring.decrypt(String(decoding: bytes, as: UTF8.self), options) else { continue }
            precondition(opened == Array("hello".utf8), "a ciphertext from nowhere")
        }
    }

    /// The JSON of a backup, or its base64.
    static let backup = FuzzTarget("backup") { input in
        for text in [Base64.standard.encode(input), String(decoding: input, as: UTF8.self)] {
            guard let backup = try? Backup(encoded: text) else { continue }
            _ = try? backup.encoded()
        }
    }
}
