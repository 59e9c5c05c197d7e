internal import Glibc

/// An address that a socket can connect to at once: nothing in it has to be looked up.
package struct Endpoint: Sendable, Equatable {
    package enum Kind: Sendable { case stream, datagram }

    let kind: Kind
    let family: Int32
    /// The bytes of the system's `sockaddr`.
    let address: [UInt8]

    /// A socket file; nil when its path is too long for the system.
    package init?(unix path: String, _ kind: Kind) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, !bytes.contains(0), bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            return nil
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        self.init(kind, AF_UNIX, withUnsafeBytes(of: &address) { Array($0) })
    }

    private init(_ kind: Kind, _ family: Int32, _ address: [UInt8]) {
        self.kind = kind
        self.family = family
        self.address = address
    }

    /// Every address of a host. It blocks as long as the system's resolver does.
    package static func lookUp(host: String, port: UInt16, _ kind: Kind) throws(SocketFailure) -> [Endpoint] {
        var hints = addrinfo()
        hints.ai_socktype = kind.type
        hints.ai_flags = AI_NUMERICSERV
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &first)
        defer { freeaddrinfo(first) }
        guard code == 0 else { throw SocketFailure(.broken, "the host cannot be found: \(text(of: code))") }
        var found: [Endpoint] = []
        var next = first
        while let info = next?.pointee {
            let bytes = UnsafeRawBufferPointer(start: info.ai_addr, count: Int(info.ai_addrlen))
            found.append(Endpoint(kind, info.ai_family, Array(bytes)))
            next = info.ai_next
        }
        return found
    }

    private static func text(of code: Int32) -> String { gai_strerror(code).map { String(cString: $0) } ?? "" }
}

extension Endpoint.Kind {
    var type: Int32 {
        switch self {
        case .stream: Int32(SOCK_STREAM.rawValue)
        case .datagram: Int32(SOCK_DGRAM.rawValue)
        }
    }
}
