import NIOSSL

@testable import CofferHTTP

/// The files of a TLS listener, and clients that fit them.
struct TLSFiles {
    let folder: TestFolder

    init(_ certificate: TestCertificate = .first) throws {
        folder = try TestFolder()
        try write(certificate)
    }

    /// Puts other files in the same places.
    func write(_ certificate: TestCertificate) throws {
        try folder.write("certificate.pem", certificate.certificate + "\n")
        try folder.write("key.pem", certificate.key + "\n")
    }

    func context(
        clients: TLSContext.ClientCertificates = .optional, minimumVersion: String = "tls12"
    ) throws -> TLSContext {
        try TLSContext(
            TLSContext.Files(
                certificate: folder.path("certificate.pem"), key: folder.path("key.pem"), clients: clients,
                minimumVersion: minimumVersion))
    }

    func remove() { folder.remove() }

    /// A client that trusts one server only.
    static func client(
        trusting server: TestCertificate = .first, protocols: [String] = [], presenting own: TestCertificate? = nil,
        _ change: (inout TLSConfiguration) -> Void = { _ in }
    ) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates([try certificate(server)])
        configuration.certificateVerification = .noHostnameVerification
        configuration.applicationProtocols = protocols
        if let own {
            configuration.certificateChain = [.certificate(try certificate(own))]
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(own.key.utf8), format: .pem))
        }
        change(&configuration)
        return try NIOSSLContext(configuration: configuration)
    }

    static func certificate(_ certificate: TestCertificate) throws -> NIOSSLCertificate {
        try NIOSSLCertificate(bytes: Array(certificate.certificate.utf8), format: .pem)
    }
}
