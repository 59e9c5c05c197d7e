internal import NIOSSL

/// Whom a client trusts and which certificate it shows.
package struct TLSSettings: Sendable {
    /// A PEM file with one or more authorities; wins over the folder.
    package var authorityFile = ""
    /// PEM text, wins over both files.
    package var authorityText = ""
    /// A folder in which every file is read as PEM.
    package var authorityFolder = ""
    package var certificateFile = ""
    package var keyFile = ""
    package var skipsVerification = false
    /// The name to ask for and to verify; empty for the host of the address.
    package var serverName = ""

    package init() {}

    init(environment: [String: String]) throws(ClientError) {
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

    func context() throws(ClientError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        configuration.certificateVerification = skipsVerification ? .none : .fullVerification
        if let authorities = try authorities() { configuration.trustRoots = .certificates(authorities) }
        guard certificateFile.isEmpty == keyFile.isEmpty else {
            throw .configuration("both client cert and client key must be provided")
        }
        do {
            if !certificateFile.isEmpty {
                let chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
                configuration.certificateChain = chain.map { .certificate($0) }
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .configuration("failed to setup TLS config: the client certificate cannot be used")
        }
    }

    private func authorities() throws(ClientError) -> [NIOSSLCertificate]? {
        do {
            if !authorityText.isEmpty { return try NIOSSLCertificate.fromPEMBytes(Array(authorityText.utf8)) }
            if !authorityFile.isEmpty { return try NIOSSLCertificate.fromPEMFile(authorityFile) }
            if authorityFolder.isEmpty { return nil }
            return try LocalFile.names(in: authorityFolder).flatMap {
                try NIOSSLCertificate.fromPEMFile(authorityFolder + "/" + $0)
            }
        } catch {
            let source =
                authorityText.isEmpty ? (authorityFile.isEmpty ? authorityFolder : authorityFile) : "the given text"
            throw .configuration("failed to setup TLS config: error loading CA certificates from \(source)")
        }
    }
}
