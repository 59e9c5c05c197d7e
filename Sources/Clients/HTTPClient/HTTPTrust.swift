internal import CofferBase
internal import Glibc
internal import NIOSSL

/// Whom a client trusts over `https`, and which certificate it shows.
package struct HTTPTrust: Sendable, Equatable {
    /// PEM; empty for the system's authorities.
    package var authorityFile = ""
    /// A folder in which every file is read as PEM.
    package var authorityFolder = ""
    /// PEM text, in place of both.
    package var authorityText = ""
    package var certificateFile = ""
    package var keyFile = ""
    /// The name to ask for and to verify; empty for the host of the address.
    package var serverName = ""
    /// Takes any certificate: only where the operator said so.
    package var skipsVerification = false

    package init() {}

    /// The system's authorities, unless `SSL_CERT_FILE` names a file of others, as for other programs.
    package init(environment: [String: String]) { authorityFile = environment["SSL_CERT_FILE"] ?? "" }

    func context() throws(HTTPFailure) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        configuration.certificateVerification = skipsVerification ? .none : .fullVerification
        if let authorities = try authorities() { configuration.trustRoots = .certificates(authorities) }
        guard certificateFile.isEmpty == keyFile.isEmpty else {
            throw .badTrust("a client certificate needs its key, and a key its certificate")
        }
        do {
            if !certificateFile.isEmpty {
                let chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
                configuration.certificateChain = chain.map { .certificate($0) }
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .badTrust("the client certificate or its key cannot be used")
        }
    }

    private func authorities() throws(HTTPFailure) -> [NIOSSLCertificate]? {
        do {
            if !authorityText.isEmpty { return try NIOSSLCertificate.fromPEMBytes(Array(authorityText.utf8)) }
            if !authorityFile.isEmpty { return try NIOSSLCertificate.fromPEMFile(authorityFile) }
            if authorityFolder.isEmpty { return nil }
            return try Self.names(in: authorityFolder).flatMap {
                try NIOSSLCertificate.fromPEMFile(authorityFolder + "/" + $0)
            }
        } catch {
            throw .badTrust("the certificates of the authorities cannot be read")
        }
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
