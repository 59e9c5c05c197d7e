package import CofferBase
internal import Glibc

/// A connected socket whose every call ends by a deadline; closed when nobody holds it any more.
package final class OpenSocket: Sendable {
    private let descriptor: Int32
    private let endpoint: Endpoint

    /// What the system may hold of bytes that the other end did not take: so much is lost with it at worst.
    private static let sendBuffer: Int32 = 256 << 10

    /// `POLLRDHUP` of Linux, which the system's headers show to GNU programs only.
    private static let peerClosed: Int16 = 0x2000

    package init(_ endpoint: Endpoint, before deadline: Deadline) throws(SocketFailure) {
        let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = socket(endpoint.family, endpoint.kind.type | flags, 0)
        self.endpoint = endpoint
        guard descriptor >= 0 else { throw Self.failure("no socket can be made") }
        let code = endpoint.address.withUnsafeBytes { bytes in
            bytes.baseAddress.map {
                connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
            } ?? -1
        }
        if code != 0 {
            guard errno == EINPROGRESS else { throw Self.failure("it cannot be connected to") }
            try wait(for: POLLOUT, before: deadline)
            errno = pendingError
            guard errno == 0 else { throw Self.failure("it cannot be connected to") }
        }
        set(SOL_SOCKET, SO_SNDBUF, Self.sendBuffer)
        if isTCP {
            set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
            set(SOL_SOCKET, SO_KEEPALIVE, 1)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// True when a TCP peer has closed its side: what is sent now would be lost without an error.
    package var isAbandoned: Bool {
        guard isTCP else { return false }
        let ends = Self.peerClosed | Int16(POLLHUP) | Int16(POLLERR)
        var state = pollfd(fd: descriptor, events: Self.peerClosed, revents: 0)
        return poll(&state, 1, 0) > 0 && state.revents & ends != 0
    }

    /// Sends all bytes, or as one datagram; after a failure an unknown part of them has left.
    package func send(_ bytes: [UInt8], before deadline: Deadline) throws(SocketFailure) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor, buffer.baseAddress?.advanced(by: sent), buffer.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN || errno == ENOBUFS {
                try wait(for: POLLOUT, before: deadline)
            } else if errno == EMSGSIZE {
                throw SocketFailure(.tooLarge, "it is too long for one datagram")
            } else if errno != EINTR {
                throw Self.failure("nothing can be sent")
            }
        }
    }

    /// What has arrived, at least one byte; none when the other end has closed.
    package func receive(upTo count: Int, before deadline: Deadline) throws(SocketFailure) -> [UInt8] {
        while true {
            var bytes = [UInt8](repeating: 0, count: count)
            let received = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if received >= 0 { return Array(bytes.prefix(received)) }
            if errno == EAGAIN {
                try wait(for: POLLIN, before: deadline)
            } else if errno != EINTR {
                throw Self.failure("nothing can be received")
            }
        }
    }

    private var isTCP: Bool { endpoint.family != AF_UNIX && endpoint.kind == .stream }

    private func wait(for event: Int32, before deadline: Deadline) throws(SocketFailure) {
        while !deadline.hasPassed {
            var state = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            // Errors show in the call that follows.
            if poll(&state, 1, deadline.pollMilliseconds) > 0 { return }
        }
        throw .timeout
    }

    private var pendingError: Int32 {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
    }

    /// Options only make things better; without them the socket works as well.
    private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func failure(_ what: String) -> SocketFailure {
        SocketFailure(.broken, "\(what): \(String(cString: strerror(errno)))")
    }
}
