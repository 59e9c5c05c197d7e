internal import CofferBase
package import CofferCore
internal import CofferJSON
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Synchronization

/// The port on which the nodes of a cluster speak to each other, over mutual TLS with the leader's certificate.
package final class ClusterPort: ClusterTransport {
    private static let echoPath = "/cluster/echo"

    /// For the listener.
    package let tls = TLSContext()
    private let http: HTTPServer
    private let core: Core
    private let handler: APIHandler
    private let current = Snapshot<ForwardingClient?>(nil)

    /// - Parameter handler: answers forwarded requests, and forwards nothing.
    package init(core: Core, http: HTTPServer, handler: APIHandler) {
        self.core = core
        self.http = http
        self.handler = handler
    }

    /// To the leader; nil when none is known.
    var client: ForwardingClient? { current.value }

    /// What the port answers.
    package func handle(_ request: HTTPRequest) async -> HTTPResponse {
        if request.path == Self.echoPath { return await echoed(request) }
        return await handler.handle(ForwardedRequest.restored(request))
    }

    package func serve(_ certificate: ClusterCertificate?) throws {
        guard let certificate else { return tls.use(nil) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try Self.chain(certificate), privateKey: try Self.key(certificate))
        configuration.minimumTLSVersion = .tlsv13
        configuration.applicationProtocols = ["http/1.1"]
        configuration.trustRoots = .certificates(try Self.authority(certificate))
        configuration.certificateVerification = .noHostnameVerification
        tls.use(try NIOSSLContext(configuration: configuration))
    }

    package func follow(_ leader: ActiveNode?) {
        let client = leader.flatMap { try? makeClient($0) }
        let old = current.value
        current.replace(with: client)
        old?.close()
    }

    package func echo(_ node: ClusterNode) async throws -> EchoAnswer {
        guard let client else { throw ForwardingFailure.unreachable }
        let request = ForwardedRequest(
            method: "POST", uri: Self.echoPath, body: JSON.object(node.encoded).serialized())
        let response = try await client.echo(request, timeout: .seconds(2))
        guard response.status == 200, let time = (try? JSON.parseObject(response.body))?["time_ms"]?.intValue else {
            throw ForwardingFailure.lost
        }
        return EchoAnswer(time: time)
    }

    private func echoed(_ request: HTTPRequest) async -> HTTPResponse {
        guard let cluster = core.cluster, cluster.term != nil, let body = try? await request.body.collect(limit: 4096),
            let object = try? JSON.parseObject(body), let node = ClusterNode(object)
        else { return HTTPResponse.failure(503) }
        cluster.nodes.heard(node, at: core.clock.now)
        let time: JSON = ["time_ms": .int(core.clock.now.nanoseconds / 1_000_000)]
        var response = HTTPResponse(status: 200, body: time.serialized())
        response.fields.add("Content-Type", "application/json")
        return response
    }

    private func makeClient(_ leader: ActiveNode) throws -> ForwardingClient? {
        guard let address = ClusterAddress(leader.clusterAddress) else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        configuration.certificateChain = try Self.chain(leader.certificate)
        configuration.privateKey = try Self.key(leader.certificate)
        configuration.trustRoots = .certificates(try Self.authority(leader.certificate))
        // The certificate is made for this term and known to nobody else; its name says nothing more.
        configuration.certificateVerification = .noHostnameVerification
        // A leader that is out of reach does not say goodbye, and requests wait for the end of their connections.
        configuration.shutdownTimeout = .milliseconds(100)
        return ForwardingClient(
            host: address.host, port: address.port, tls: try NIOSSLContext(configuration: configuration),
            group: http.group)
    }

    private static func authority(_ certificate: ClusterCertificate) throws -> [NIOSSLCertificate] {
        try NIOSSLCertificate.fromPEMBytes(Array(certificate.authority.utf8))
    }

    private static func chain(_ certificate: ClusterCertificate) throws -> [NIOSSLCertificateSource] {
        try NIOSSLCertificate.fromPEMBytes(Array(certificate.certificate.utf8)).map { .certificate($0) }
    }

    private static func key(_ certificate: ClusterCertificate) throws -> NIOSSLPrivateKeySource {
        var bytes = certificate.key.copyBytes()
        defer { zero(&bytes) }
        return .privateKey(try NIOSSLPrivateKey(bytes: bytes, format: .pem))
    }
}

/// `https://HOST:PORT`, as `cluster_addr` has it.
package struct ClusterAddress: Sendable, Equatable {
    package let host: String
    package let port: Int

    /// Nil when there is no host, or no port between 1 and 65535.
    package init?(_ text: String) {
        var rest = text[...]
        for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard let colon = rest.lastIndex(of: ":"), let port = Int(rest[rest.index(after: colon)...]),
            (1...65535).contains(port)
        else { return nil }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return nil }
        self.host = String(host)
        self.port = port
    }
}
