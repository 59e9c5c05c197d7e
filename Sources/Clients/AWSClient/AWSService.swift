package import ClientTLS
package import CofferBase
package import HTTPClient

/// One service of AWS, or what stands in for it.
package struct AWSService: Sendable {
    package let address: HTTPAddress
    package let signature: AWSSignature
    private let credentials: AWSCredentials
    private let clock: any WallClock
    private let send: HTTPSender

    /// - Parameters:
    ///   - address: of the service in its region, or of another one that offers the same.
    ///   - send: how requests reach the address; the usual way unless given.
    package init(
        _ address: HTTPAddress, _ signature: AWSSignature, _ credentials: AWSCredentials, clock: any WallClock,
        trust: ClientTrust = ClientTrust(), send: HTTPSender? = nil
    ) {
        self.address = address
        self.signature = signature
        self.credentials = credentials
        self.clock = clock
        self.send = send ?? OutboundHTTP(address, trust: trust).sender
    }

    /// Where a service is in a region, by AWS's rule of names.
    package static func standardAddress(service: String, region: String) -> HTTPAddress? {
        let isName =
            !region.isEmpty
            && region.utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
            }
        let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        return isName ? HTTPAddress("https://\(service).\(region).\(domain)") : nil
    }

    /// Sends a request with date and signature.
    /// - Parameter credentials: who signs; the ones that were given at first unless given.
    package func call(
        _ request: AWSSignature.Request, as credentials: AWSCredentials? = nil, timeout: Duration = .seconds(15)
    ) async throws(HTTPFailure) -> HTTPAnswer {
        var request = request
        request.headers.append(("Host", address.authority))
        request.path = address.basePath + request.path
        let headers = request.headers + signature.headers(for: request, credentials ?? self.credentials, at: clock.now)
        let query = AWSSignature.query(request.query)
        let path = request.path.dropFirst(address.basePath.utf8.count)
        var call = HTTPCall(
            request.method, query.isEmpty ? String(path) : "\(path)?\(query)", headers: headers, body: request.body)
        call.timeout = timeout
        return try await send(call)
    }
}
