/// A namespace as a request carries it. The root namespace has id `root` and an empty path.
package struct NamespaceReference: Hashable, Sendable {
    package let id: String
    /// Empty, or ends in `/`.
    package let path: String

    package init(id: String, path: String) {
        self.id = id
        self.path = path
    }

    package static let root = NamespaceReference(id: "root", path: "")

    package var isRoot: Bool { path.isEmpty }

    /// Whether this is the other namespace or one above it.
    package func contains(_ other: NamespaceReference) -> Bool {
        // Paths end in `/`, so that no name is taken for the beginning of another one.
        path.isEmpty || other.path.utf8.starts(with: path.utf8)
    }

    /// How this namespace calls one below it: `ns2/`; empty for itself.
    package func relativePath(of other: NamespaceReference) -> String {
        String(decoding: other.path.utf8.dropFirst(path.utf8.count), as: UTF8.self)
    }

    package static func == (left: NamespaceReference, right: NamespaceReference) -> Bool { left.id == right.id }
    package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// Who makes a request, as far as an engine may know: never the token itself.
///
/// A class: every request hands it on several times.
package final class Caller: Sendable {
    package let accessor: String
    package let displayName: String
    package let policies: [String]
    package let entityID: String
    package let isRoot: Bool
    package let metadata: [String: String]
    /// Where this token's cubbyhole lives; empty for tokens that have none (batch).
    package let cubbyholeID: String
    package let namespace: NamespaceReference
    /// True when the policies gave `sudo` on the requested path.
    package let hasSudo: Bool
    /// Entity, aliases and groups; nil for a token without an entity.
    package let identity: IdentityView?

    package init(
        accessor: String, displayName: String, policies: [String], entityID: String, isRoot: Bool,
        metadata: [String: String], cubbyholeID: String, namespace: NamespaceReference, hasSudo: Bool = false,
        identity: IdentityView? = nil
    ) {
        self.accessor = accessor
        self.displayName = displayName
        self.policies = policies
        self.entityID = entityID
        self.isRoot = isRoot
        self.metadata = metadata
        self.cubbyholeID = cubbyholeID
        self.namespace = namespace
        self.hasSudo = hasSudo
        self.identity = identity
    }
}

/// The other end of the connection.
package struct Origin: Sendable {
    /// Textual IP address, or empty for a unix socket.
    package var remoteAddress: String
    package var remotePort: Int
    /// DER certificates the client presented, leaf first.
    package var peerCertificates: [[UInt8]]

    package init(remoteAddress: String, remotePort: Int, peerCertificates: [[UInt8]] = []) {
        self.remoteAddress = remoteAddress
        self.remotePort = remotePort
        self.peerCertificates = peerCertificates
    }
}

/// The mount a call reached, as it is for the whole call.
///
/// A class: every request hands it on several times.
package final class MountReference: Sendable {
    /// With its `/`: `secret/`, `auth/userpass/`.
    package let path: String
    package let type: String
    package let accessor: String
    package let uuid: String
    package let options: [String: String]
    /// Effective TTLs: the mount's own or the system's.
    package let defaultTTL: Duration
    package let maximumTTL: Duration
    package let isAuth: Bool
    /// Of an auth method's mount, what display names of its logins begin with: the path in one word.
    package let loginSource: String

    package init(
        path: String, type: String, accessor: String, uuid: String, options: [String: String],
        defaultTTL: Duration, maximumTTL: Duration, isAuth: Bool
    ) {
        self.path = path
        self.type = type
        self.accessor = accessor
        self.uuid = uuid
        self.options = options
        self.defaultTTL = defaultTTL
        self.maximumTTL = maximumTTL
        self.isAuth = isAuth
        loginSource = path.utf8.split(separator: UInt8(ascii: "/")).dropFirst().map { String($0) ?? "" }
            .joined(separator: "-")
    }
}
