internal import ClientTLS

extension ClientTrust {
    /// As Vault's variables say.
    init(vaultEnvironment environment: [String: String]) throws(ClientError) {
        self.init()
        authorityFile = environment["VAULT_CACERT"] ?? ""
        authorityText = environment["VAULT_CACERT_BYTES"] ?? ""
        authorityFolder = environment["VAULT_CAPATH"] ?? ""
        certificateFile = environment["VAULT_CLIENT_CERT"] ?? ""
        keyFile = environment["VAULT_CLIENT_KEY"] ?? ""
        serverName = environment["VAULT_TLS_SERVER_NAME"] ?? ""
        if let text = environment["VAULT_SKIP_VERIFY"], !text.isEmpty {
            guard let flag = ClientConfiguration.flag(text) else { throw .badVariable("VAULT_SKIP_VERIFY") }
            skipsVerification = flag
        }
    }
}

extension ClientError {
    /// In the words that Vault's command line begins such messages with.
    init(_ failure: ClientTrustFailure) {
        let text =
            switch failure {
            case .authorities(let source): "failed to setup TLS config: error loading CA certificates from \(source)"
            case .halfPair: "both client cert and client key must be provided"
            case .certificate: "failed to setup TLS config: \(failure)"
            }
        self = .configuration(text)
    }
}
