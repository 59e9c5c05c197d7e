internal import NIOCore
internal import NIOSSL

/// What is known of the other end of a connection.
package struct ConnectionInfo: Sendable {
    /// Textual IP address; empty for a unix socket.
    package var remoteAddress = ""
    package var remotePort = 0
    package var isTLS = false
    /// DER certificates that the client presented, leaf first.
    package var peerCertificates: [[UInt8]] = []

    package init() {}

    init(addressOf channel: any Channel) {
        remoteAddress = channel.remoteAddress?.ipAddress ?? ""
        remotePort = channel.remoteAddress?.port ?? 0
    }

    /// Where a proxy that is believed says that the connection comes from.
    mutating func take(_ source: ProxyHeader.Source) {
        switch source {
        case .connection: break
        case .address(let address, let port): (remoteAddress, remotePort) = (address, port)
        case .nameless: (remoteAddress, remotePort) = ("", 0)
        }
    }

    /// After the handshake; a plain connection stays without a peer.
    mutating func readPeer(of pipeline: ChannelPipeline) {
        guard let tls = try? pipeline.syncOperations.handler(type: NIOSSLServerHandler.self) else { return }
        isTLS = true
        if let leaf = tls.peerCertificate, let der = try? leaf.toDERBytes() { peerCertificates = [der] }
    }
}
