internal import Glibc
package import NIOSSL

/// Whom a client trusts over TLS, and which certificate it shows.
package struct ClientTrust: Sendable, Equatable {
    /// A PEM file with one or more authorities; wins over the folder. Without any, the system's authorities are trusted.
    package var authorityFile = ""
    /// PEM text, wins over both.
    package var authorityText = ""
    /// A folder in which every file is read as PEM.
    package var authorityFolder = ""
    package var certificateFile = ""
    package var keyFile = ""
    /// The name to ask for and to verify; empty for the host of the address.
    package var serverName = ""
    /// Takes any certificate: only where the operator said so.
    package var skipsVerification = false

    package init() {}

    /// The system's authorities, unless `SSL_CERT_FILE` names a file of others, as for other programs.
    package init(environment: [String: String]) { authorityFile = environment["SSL_CERT_FILE"] ?? "" }

    /// Reads the files. Blocks.
    /// - Parameter protocols: what is spoken, in the names of ALPN (RFC 7301), such as `h2`.
    package func context(protocols: [String]) throws(ClientTrustFailure) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = protocols
        configuration.certificateVerification = skipsVerification ? .none : .fullVerification
        if let authorities = try authorities() { configuration.trustRoots = .certificates(authorities) }
        guard certificateFile.isEmpty == keyFile.isEmpty else { throw .halfPair }
        do {
            if !certificateFile.isEmpty {
                let chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
                configuration.certificateChain = chain.map { .certificate($0) }
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .certificate
        }
    }

    private func authorities() throws(ClientTrustFailure) -> [NIOSSLCertificate]? {
        do {
            if !authorityText.isEmpty { return try NIOSSLCertificate.fromPEMBytes(Array(authorityText.utf8)) }
            if !authorityFile.isEmpty { return try NIOSSLCertificate.fromPEMFile(authorityFile) }
            if authorityFolder.isEmpty { return nil }
            return try Self.names(in: authorityFolder).flatMap {
                try NIOSSLCertificate.fromPEMFile(authorityFolder + "/" + $0)
            }
        } catch {
            let file = authorityFile.isEmpty ? authorityFolder : authorityFile
            throw .authorities(authorityText.isEmpty ? file : "the given text")
        }
    }

    /// The plain files of a folder, sorted; files that begin with a dot are none of them.
    private static func names(in folder: String) throws(ClientTrustFailure) -> [String] {
        guard let handle = opendir(folder) else { throw .authorities(folder) }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            var status = stat()
            if !name.hasPrefix("."), stat(folder + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
                names.append(name)
            }
        }
        return names.sorted()
    }
}

/// Why there can be no TLS with these files.
package enum ClientTrustFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The certificates of the authorities cannot be read; from where.
    case authorities(String)
    /// One of certificate and key without the other.
    case halfPair
    /// The client's certificate or its key cannot be used.
    case certificate

    package var description: String {
        switch self {
        case .authorities: "the certificates of the authorities cannot be read"
        case .halfPair: "a client certificate needs its key, and a key its certificate"
        case .certificate: "the client certificate or its key cannot be used"
        }
    }
}
