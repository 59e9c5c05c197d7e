internal import CofferBase
internal import NIOCore
internal import NIOSSL

/// A TLS file that could not be used.
package struct TLSError: Error, Sendable, CustomStringConvertible {
    package let description: String
}

/// Certificate and key of a listener, replaced while it runs (SIGHUP); open connections keep theirs.
package final class TLSContext: Sendable {
    package enum ClientCertificates: Sendable {
        case ignored
        /// Asked for, and accepted whoever signed it: a login decides later.
        case optional
        case required(authorities: String)
    }

    package struct Files: Sendable {
        package var certificate: String
        package var key: String
        package var clients: ClientCertificates
        /// `tls10`, `tls11`, `tls12` or `tls13`.
        package var minimumVersion: String

        package init(
            certificate: String, key: String, clients: ClientCertificates = .optional, minimumVersion: String = "tls12"
        ) {
            self.certificate = certificate
            self.key = key
            self.clients = clients
            self.minimumVersion = minimumVersion
        }
    }

    /// Nil: the program sets the context itself.
    private let files: Files?
    /// Nil: nobody is served.
    private let current: Snapshot<NIOSSLContext?>

    /// - Throws: `TLSError` that names the file.
    package init(_ files: Files) throws(TLSError) {
        self.files = files
        current = Snapshot(try Self.load(files))
    }

    /// Nobody is served before `use`.
    init() {
        files = nil
        current = Snapshot(nil)
    }

    func use(_ context: NIOSSLContext?) { current.replace(with: context) }

    /// A handler for one new connection.
    func makeHandler() throws -> NIOSSLServerHandler {
        guard let context = current.value else { throw TLSError(description: "nobody is served here") }
        // Only a login looks at an optional certificate, so whoever signed it is of no concern here.
        if case .optional? = files?.clients {
            return NIOSSLServerHandler(
                context: context,
                customVerificationCallback: { _, promise in promise.succeed(.certificateVerified) })
        }
        return NIOSSLServerHandler(context: context)
    }

    /// Reads the files anew; on failure the old context stays in use.
    package func reload() throws(TLSError) {
        if let files { current.replace(with: try Self.load(files)) }
    }

    private static func load(_ files: Files) throws(TLSError) -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificate)
            let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = files.minimumVersion == "tls13" ? .tlsv13 : .tlsv12
            configuration.applicationProtocols = ["h2", "http/1.1"]
            switch files.clients {
            case .ignored: configuration.certificateVerification = .none
            case .optional: configuration.certificateVerification = .optionalVerification
            case .required(let authorities):
                configuration.certificateVerification = .noHostnameVerification
                configuration.trustRoots = .file(authorities)
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw TLSError(
                description: "the TLS files \(files.certificate) and \(files.key) cannot be used: \(error)")
        }
    }
}
