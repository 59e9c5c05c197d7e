internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// What went wrong below HTTP, in the words of Go's `net` and `net/http`.
enum TransportFailure {
    static func text(_ error: any Error, address: ServerAddress) -> String {
        switch error {
        case ResponseCollector.Failure.timedOut, ChannelError.connectTimeout: "context deadline exceeded"
        case ResponseCollector.Failure.endOfFile: "EOF"
        case ProxyTunnel.Failure.refused(let status): "proxyconnect tcp: the proxy answered \(status)"
        case ProxyTunnel.Failure.malformed: "proxyconnect tcp: malformed HTTP response"
        case ResponseCollector.Failure.tooLarge: "the answer is too large"
        case let error as NIOConnectionError: connection(error, address)
        case let error as IOError where address.scheme == .unix:
            "dial unix \(address.socketPath): connect: \(FileError.reason(error.errnoCode))"
        case let error as IOError: "dial tcp \(address.host):\(address.port): \(FileError.reason(error.errnoCode))"
        case let error as NIOSSLError: tls(error)
        case is NIOSSLExtraError: "tls: failed to verify certificate: it is not valid for \(address.host)"
        case is BoringSSLError: "tls: the connection could not be secured"
        default: "the connection failed"
        }
    }

    private static func connection(_ error: NIOConnectionError, _ address: ServerAddress) -> String {
        guard let failure = error.connectionErrors.first else {
            return "dial tcp: lookup \(error.host): no such host"
        }
        let place = failure.target.ipAddress.map { $0.contains(":") ? "[\($0)]" : $0 } ?? address.host
        let reason = (failure.error as? IOError).map { FileError.reason($0.errnoCode) } ?? "i/o timeout"
        return "dial tcp \(place):\(address.port): connect: \(reason)"
    }

    private static func tls(_ error: NIOSSLError) -> String {
        guard case .handshakeFailed(let reason) = error else { return "tls: the connection ended" }
        let text = "\(reason)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "tls: failed to verify certificate: x509: certificate signed by unknown authority"
        }
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            return "http: server gave HTTP response to HTTPS client"
        }
        return "tls: handshake failure"
    }
}

extension TransportFailure {
    /// Whether the peer was reached but is not trusted, or does not speak TLS.
    static func isAboutTrust(_ error: any Error) -> Bool {
        error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError
    }
}
