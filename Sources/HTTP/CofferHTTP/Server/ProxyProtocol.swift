package import CofferBase

/// Whose word a listener takes for where a connection comes from.
package struct ProxyProtocol: Sendable {
    package enum Behavior: Sendable {
        case useAlways
        /// Others are served under their own address.
        case allowAuthorized
        /// Others are not served.
        case denyUnauthorized
    }

    enum Trust: Equatable {
        case believed
        /// Served under its own address, whatever its header says.
        case ignored
        case refused
    }

    private let behavior: Behavior
    private let authorized: [CIDR]

    package init(_ behavior: Behavior, authorized: [CIDR] = []) {
        self.behavior = behavior
        self.authorized = authorized
    }

    /// - Parameter address: of the socket's other end; empty for a unix socket.
    func trust(_ address: String) -> Trust {
        if behavior == .useAlways || authorized.contains(where: { $0.contains(address) }) { return .believed }
        return behavior == .allowAuthorized ? .ignored : .refused
    }
}
