internal import ClientTLS
package import CofferBase
package import CofferFramework
package import HTTPClient

/// A seal whose key is a key of a transit engine, in another server.
package final class TransitSeal: AutoSeal {
    package static let kind = SealKind(
        type: "transit",
        keys: [
            "address", "token", "key_name", "mount_path", "namespace", "disable_renewal", "tls_ca_cert", "tls_ca_path",
            "tls_client_cert", "tls_client_key", "tls_server_name", "tls_skip_verify",
        ]
    ) { settings throws(SealFailure) in try TransitSeal(settings) }

    package let identity: String
    private let service: TransitService
    private let token: TransitToken
    private let version = Snapshot("")

    package convenience init(_ settings: SealSettings) throws(SealFailure) {
        let address = settings.value("address", else: "VAULT_TRANSIT_SEAL_ADDR", "BAO_ADDR", "VAULT_ADDR")
        guard let place = HTTPAddress(address ?? "https://127.0.0.1:8200") else {
            throw SealFailure(.invalid, "address must be a URL of http or https")
        }
        let http = OutboundHTTP(place, trust: try Self.trust(settings))
        try self.init(settings, place: place, send: http.sender)
    }

    /// - Parameter send: how requests reach the server at `place`.
    package init(_ settings: SealSettings, place: HTTPAddress, send: @escaping HTTPSender) throws(SealFailure) {
        guard
            let mount = settings.value("mount_path", over: "VAULT_TRANSIT_SEAL_MOUNT_PATH").flatMap(Self.path)
        else { throw SealFailure(.invalid, "mount_path is required") }
        guard let name = settings.value("key_name", over: "VAULT_TRANSIT_SEAL_KEY_NAME").flatMap(Self.path) else {
            throw SealFailure(.invalid, "key_name is required")
        }
        guard let token = settings.value("token", else: "VAULT_TRANSIT_SEAL_TOKEN", "VAULT_TOKEN", "BAO_TOKEN") else {
            throw SealFailure(.invalid, "token is required")
        }
        let namespace = settings.value("namespace", over: "VAULT_NAMESPACE") ?? ""
        identity = "transit:\(place.authority)\(place.basePath)/\(namespace)/\(mount)/\(name)"
        service = TransitService(
            key: "/v1/\(mount)", name: name, token: token, namespace: namespace, send: send)
        self.token = TransitToken(
            service, renews: try !settings.flag("disable_renewal", over: "VAULT_TRANSIT_SEAL_DISABLE_RENEWAL"))
    }

    package func wrap(_ key: SecretBytes) async throws(SealFailure) -> WrappedKey {
        let text = try await service.encrypt(key)
        var wrapped = WrappedKey(ciphertext: Array(text.utf8))
        wrapped.keyID = Self.version(of: text)
        version.replace(with: wrapped.keyID)
        return wrapped
    }

    package func unwrap(_ wrapped: WrappedKey) async throws(SealFailure) -> SecretBytes {
        guard let text = String(validating: wrapped.ciphertext, as: UTF8.self), !text.isEmpty else {
            throw SealFailure(.wrongKey, "what is stored was not wrapped by a transit engine")
        }
        return try await service.decrypt(text)
    }

    package func isStale(_ wrapped: WrappedKey) -> Bool {
        let current = version.value
        return !current.isEmpty && current != wrapped.keyID
    }

    package func upkeep() async throws(SealFailure) -> Duration? { try await token.renewIfNeeded() }

    /// `v3` of `vault:v3:…`, as Vault names the key.
    private static func version(of ciphertext: String) -> String {
        let parts = ciphertext.split(separator: ":", maxSplits: 2)
        return parts.count == 3 ? String(parts[1].drop { $0 == "v" }) : ""
    }

    /// Without slashes at its ends; nil for what cannot stand in a path.
    private static func path(_ text: String) -> String? {
        var text = text[...]
        while text.hasPrefix("/") { text.removeFirst() }
        while text.hasSuffix("/") { text.removeLast() }
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"?#%\"<>\\^`{|}".utf8.contains($0) }
        return isPlain && !text.isEmpty && !text.contains("..") ? String(text) : nil
    }

    private static func trust(_ settings: SealSettings) throws(SealFailure) -> ClientTrust {
        var trust = ClientTrust()
        trust.authorityFile = settings.value("tls_ca_cert", else: "VAULT_CACERT") ?? ""
        trust.authorityFolder = settings.value("tls_ca_path", else: "VAULT_CAPATH") ?? ""
        trust.certificateFile = settings.value("tls_client_cert", else: "VAULT_CLIENT_CERT") ?? ""
        trust.keyFile = settings.value("tls_client_key", else: "VAULT_CLIENT_KEY") ?? ""
        trust.serverName = settings.value("tls_server_name", else: "VAULT_TLS_SERVER_NAME") ?? ""
        trust.skipsVerification = try settings.flag("tls_skip_verify", over: "VAULT_SKIP_VERIFY")
        return trust
    }
}
