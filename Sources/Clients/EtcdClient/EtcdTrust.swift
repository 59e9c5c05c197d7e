internal import NIOSSL

/// Which servers are trusted over TLS, and which certificate is shown to them.
package struct EtcdTrust: Sendable, Equatable {
    /// PEM; empty for the system's authorities.
    package var authorityFile = ""
    package var certificateFile = ""
    package var keyFile = ""
    /// The name in the servers' certificates; empty for the host of each.
    package var serverName = ""

    package init() {}

    /// Reads the files. Blocks.
    func context() throws(EtcdFailure) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2"]
        guard certificateFile.isEmpty == keyFile.isEmpty else {
            throw EtcdFailure(.unreachable, "a client certificate needs its key, and a key its certificate")
        }
        do {
            if !authorityFile.isEmpty {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorityFile))
            }
            if !certificateFile.isEmpty {
                let chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
                configuration.certificateChain = chain.map { .certificate($0) }
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw EtcdFailure(.unreachable, "the files of TLS certificates and keys cannot be used")
        }
    }
}
