internal import NIOSSL

/// Which authorities vouch for web services.
package struct WebTrust: Sendable {
    private enum Source: Sendable {
        case system
        case file(String)
        case text(String)
    }

    private let source: Source

    private init(_ source: Source) { self.source = source }

    package static let system = WebTrust(.system)
    /// PEM text, in place of the system's authorities.
    package static func text(_ pem: String) -> WebTrust { WebTrust(.text(pem)) }

    /// The system's, unless `SSL_CERT_FILE` names a file of others, as for other programs.
    package init(environment: [String: String]) {
        if let path = environment["SSL_CERT_FILE"], !path.isEmpty { self.init(.file(path)) } else { self = .system }
    }

    func context() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        configuration.certificateVerification = .fullVerification
        switch source {
        case .system: break
        case .file(let path): configuration.trustRoots = .file(path)
        case .text(let pem):
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)))
        }
        return try NIOSSLContext(configuration: configuration)
    }
}
