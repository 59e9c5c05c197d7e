internal import CofferBase
internal import SocketClient

/// Where updates of metrics go: lines over UDP (statsd) or TCP (statsite). Used by one thread at a time.
package final class StatsdLink: Sendable {
    /// What a datagram holds on any network.
    private static let largestDatagram = 1400
    private static let patience: Duration = .seconds(5)

    package let name: String
    private let link: SocketLink
    private let isDatagram: Bool
    private let isReady = Snapshot(false)

    package init(host: String, port: UInt16, isDatagram: Bool) {
        name = isDatagram ? "statsd" : "statsite"
        self.isDatagram = isDatagram
        link = SocketLink(.host(host, port: port, isDatagram ? .datagram : .stream))
    }

    /// Blocks, at most for the patience after the name is known.
    func send(_ lines: [String]) throws(SocketFailure) {
        if !isReady.value {
            try link.prepare { Deadline(in: Self.patience) }
            isReady.replace(with: true)
        }
        for packet in Self.packets(lines, largest: isDatagram ? Self.largestDatagram : 64 << 10) {
            try link.use(before: Deadline(in: Self.patience)) { (socket) throws(SocketFailure) in
                try socket.send(packet, before: Deadline(in: Self.patience))
            }
        }
    }

    /// Whole lines, as many as fit.
    static func packets(_ lines: [String], largest: Int) -> [[UInt8]] {
        var packets: [[UInt8]] = []
        var packet: [UInt8] = []
        for line in lines {
            let bytes = Array(line.utf8)
            if !packet.isEmpty && packet.count + bytes.count > largest {
                packets.append(packet)
                packet = []
            }
            packet += bytes
        }
        if !packet.isEmpty { packets.append(packet) }
        return packets
    }
}
