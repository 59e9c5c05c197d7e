internal import CofferBase
internal import Glibc
internal import Synchronization

/// The other end of a remote audit device: keeps what it is sent, and stops reading when told to.
package final class AuditPeer: Sendable {
    package enum Kind: Sendable, Equatable {
        case tcp, udp, http
        case unixStream(String)
        case unixDatagram(String)

        var isDatagram: Bool {
            switch self {
            case .udp, .unixDatagram: true
            case .tcp, .http, .unixStream: false
            }
        }
    }

    fileprivate struct State {
        var received: [[UInt8]] = []
        var heads: [String] = []
        /// What arrived in each connection and is no whole line yet.
        var connections: [Int32: [UInt8]] = [:]
        var isReading = true
        var isStopped = false
        var answer = "HTTP/1.1 204 No Content\r\n\r\n"
    }

    /// Where a device finds it: `127.0.0.1:port`, or a path.
    package let address: String
    private let kind: Kind
    private let listener: Int32
    private let state = Mutex(State())
    private let arrivals = WakeUps()
    private let thread = BlockingPool(threads: 1)

    package struct NoSocket: Error {}

    /// - Parameter address: of an earlier peer, to take its place.
    package init(_ kind: Kind, at address: String? = nil) throws {
        self.kind = kind
        let port = address.flatMap { UInt16($0.split(separator: ":").last ?? "") } ?? 0
        (listener, self.address) = try Self.listen(kind, port)
        _ = thread.submit { [self] in serve() }
    }

    // MARK: what a test asks for

    /// What has arrived, once it is `count` lines or 20 s have passed.
    package func received(_ count: Int) -> [[UInt8]] {
        let deadline = Deadline(in: .seconds(20))
        while true {
            let lines = state.withLock { $0.received }
            if lines.count >= count || !arrivals.wait(before: deadline) { return lines }
        }
    }

    /// Heads of the requests that an HTTP peer got.
    package var heads: [String] { state.withLock { $0.heads } }

    package func read(_ isReading: Bool) { state.withLock { $0.isReading = isReading } }
    package func answer(_ text: String) { state.withLock { $0.answer = text } }

    /// Ends every connection; the thread, which may be waiting for them, closes them.
    package func closeConnections() {
        for connection in state.withLock({ Array($0.connections.keys) }) { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    /// Closes everything; what was received stays.
    package func stop() {
        state.withLock { $0.isStopped = true }
        thread.shutdown()
        for connection in state.withLock({ Array($0.connections.keys) }) { close(connection) }
        close(listener)
    }

    // MARK: the thread

    private func serve() {
        while let open = state.withLock({ $0.isStopped ? nil : ($0.isReading, Array($0.connections.keys)) }) {
            let (isReading, connections) = open
            let watched = isReading ? [listener] + connections : []
            var states = watched.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            _ = poll(&states, nfds_t(states.count), 5)
            for state in states where state.revents != 0 { take(from: state.fd) }
        }
    }

    private func take(from descriptor: Int32) {
        if descriptor == listener && !kind.isDatagram {
            let connection = accept(listener, nil, nil)
            if connection >= 0 { state.withLock { $0.connections[connection] = [] } }
            return
        }
        var bytes = [UInt8](repeating: 0, count: 1 << 18)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        if kind.isDatagram {
            if count >= 0 { keep(bytes.prefix(count)) }
        } else if count > 0 {
            state.withLock { $0.connections[descriptor]?.append(contentsOf: bytes.prefix(count)) }
            if kind == .http { takeRequests(descriptor) } else { takeLines(descriptor) }
        } else if state.withLock({ $0.connections.removeValue(forKey: descriptor) }) != nil {
            close(descriptor)
        }
    }

    private func keep(_ bytes: some Sequence<UInt8>) {
        state.withLock { $0.received.append(Array(bytes)) }
        arrivals.signal()
    }

    private func takeLines(_ connection: Int32) {
        while let line = state.withLock({ $0.nextLine(connection) }) { keep(line) }
    }

    private func takeRequests(_ connection: Int32) {
        while let (body, answer) = state.withLock({ $0.nextRequest(connection) }) {
            keep(body)
            _ = answer.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if String(decoding: answer, as: UTF8.self).contains("close") {
                _ = state.withLock { $0.connections.removeValue(forKey: connection) }
                close(connection)
                return
            }
        }
    }

    // MARK: sockets

    private static func listen(_ kind: Kind, _ port: UInt16) throws -> (Int32, String) {
        let type = Int32(kind.isDatagram ? SOCK_DGRAM.rawValue : SOCK_STREAM.rawValue)
        switch kind {
        case .tcp, .http, .udp:
            let descriptor = socket(AF_INET, type | Int32(SOCK_CLOEXEC.rawValue), 0)
            var one: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, 4)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            address.sin_port = port.bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutableBytes(of: &address) { bytes in
                bytes.baseAddress.map { base in
                    let pointer = base.assumingMemoryBound(to: sockaddr.self)
                    return bind(descriptor, pointer, size) == 0 && getsockname(descriptor, pointer, &size) == 0
                } ?? false
            }
            guard isBound, kind.isDatagram || Glibc.listen(descriptor, 16) == 0 else { throw NoSocket() }
            return (descriptor, "127.0.0.1:\(UInt16(bigEndian: address.sin_port))")
        case .unixStream(let path), .unixDatagram(let path):
            unlink(path)
            let descriptor = socket(AF_UNIX, type | Int32(SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let isBound = withUnsafeBytes(of: &address) { bytes in
                bytes.baseAddress.map {
                    bind(descriptor, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) == 0
                } ?? false
            }
            guard isBound, kind.isDatagram || Glibc.listen(descriptor, 16) == 0 else { throw NoSocket() }
            return (descriptor, path)
        }
    }
}

extension AuditPeer.State {
    fileprivate mutating func nextLine(_ connection: Int32) -> [UInt8]? {
        guard let end = connections[connection]?.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let line = connections[connection]?.prefix(through: end)
        connections[connection]?.removeFirst(end + 1)
        return line.map { Array($0) }
    }

    fileprivate mutating func nextRequest(_ connection: Int32) -> ([UInt8], [UInt8])? {
        guard let bytes = connections[connection], bytes.count > 4 else { return nil }
        let mark = Array("\r\n\r\n".utf8)
        guard let end = (0...bytes.count - 4).first(where: { bytes[$0..<$0 + 4].elementsEqual(mark) }) else {
            return nil
        }
        let head = String(decoding: bytes[..<end], as: UTF8.self)
        let field = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") } ?? ""
        let length = Int(field.dropFirst("Content-Length: ".count)) ?? 0
        guard bytes.count >= end + 4 + length else { return nil }
        heads.append(head)
        connections[connection] = Array(bytes.dropFirst(end + 4 + length))
        return (Array(bytes[(end + 4)..<(end + 4 + length)]), Array(answer.utf8))
    }
}
