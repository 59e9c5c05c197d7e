package import NIOCore

/// Where a server listens and what it tolerates.
package struct ListenerConfiguration: Sendable {
    package enum Address: Sendable, Equatable {
        case tcp(host: String, port: Int)
        case unix(path: String, mode: UInt32)
    }

    package var address: Address
    /// Nil: plain.
    package var tls: TLSContext?
    /// Nil: nobody speaks for others.
    package var proxyProtocol: ProxyProtocol?
    package var headerTimeout: TimeAmount = .seconds(10)
    package var readTimeout: TimeAmount = .seconds(30)
    package var idleTimeout: TimeAmount = .minutes(5)
    /// How long a request may take once it is read; its answer, when it is a stream, may take longer.
    package var requestTimeout: TimeAmount = .seconds(90)
    /// Beyond so many, connections that wait for their client are closed, or the new one when all serve.
    package var maximumConnections = Self.mostConnections
    package static let mostConnections = 16_384
    /// Bytes taken from a client ahead of a handler that has not asked for them.
    package var maximumBuffered = 1 << 20
    var limits = HTTP1Parser.Limits()

    package init(address: Address) { self.address = address }
}
