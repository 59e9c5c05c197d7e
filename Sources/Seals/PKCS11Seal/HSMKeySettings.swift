internal import CofferBase
internal import CofferFramework

/// Which key of a token, and how it encrypts.
struct HSMKeySettings: Sendable {
    enum Mechanism: UInt64, Sendable {
        case rsaOAEP = 0x9
        case aesGCM = 0x1087
    }

    let label: String
    let id: [UInt8]
    /// Nil: as the key's type wants it.
    let mechanism: Mechanism?
    /// Bits of the hash of RSA-OAEP; 1 for SHA-1.
    let hash: Int32

    /// For telling seals apart.
    var name: String { id.isEmpty ? label : "\(label)#\(Hex.encode(id))" }

    init(_ settings: SealSettings) throws(SealFailure) {
        label = settings.value("key_label", over: "VAULT_HSM_KEY_LABEL", "BAO_HSM_KEY_LABEL") ?? ""
        let id = settings.value("key_id", over: "VAULT_HSM_KEY_ID", "BAO_HSM_KEY_ID") ?? ""
        guard let id = Hex.decode(id.hasPrefix("0x") ? id.dropFirst(2) : id[...]) else {
            throw SealFailure(.invalid, "key_id must be hexadecimal")
        }
        self.id = id
        if label.isEmpty && id.isEmpty { throw SealFailure(.invalid, "key_label or key_id is required") }
        mechanism = try Self.mechanism(settings.value("mechanism", over: "VAULT_HSM_MECHANISM", "BAO_HSM_MECHANISM"))
        let hashes: [String: Int32] = ["sha1": 1, "sha224": 224, "sha256": 256, "sha384": 384, "sha512": 512]
        let name = settings.value("rsa_oaep_hash", over: "VAULT_HSM_RSA_OAEP_HASH", "BAO_HSM_RSA_OAEP_HASH") ?? "sha256"
        guard let hash = hashes[name.lowercased()] else {
            throw SealFailure(.invalid, "rsa_oaep_hash must be sha1, sha224, sha256, sha384 or sha512")
        }
        self.hash = hash
    }

    /// A name, or a number as the standard writes it. CBC is refused: what it encrypts can be probed
    /// (CVE-2023-2197).
    private static func mechanism(_ text: String?) throws(SealFailure) -> Mechanism? {
        guard let text else { return nil }
        switch text.uppercased() {
        case "CKM_AES_GCM", "AES_GCM", "AES-GCM", "0X1087", "4231": return .aesGCM
        case "CKM_RSA_PKCS_OAEP", "RSA_PKCS_OAEP", "RSA_OAEP", "0X0009", "0X9", "9": return .rsaOAEP
        default: throw SealFailure(.invalid, "mechanism must be CKM_AES_GCM or CKM_RSA_PKCS_OAEP")
        }
    }
}
