package import CofferBase
internal import CofferFramework
package import CofferJSON
package import LeaseService

/// A service token as it is stored, at `sys/token/id/<key>`.
package struct TokenEntry: Sendable {
    package var id = ""
    package var accessor = ""
    /// Storage key of the parent; empty for an orphan.
    package var parentKey = ""
    package var policies: [String] = []
    /// Request path that created it.
    package var path = ""
    package var metadata: [String: String] = [:]
    package var displayName = ""
    /// 0 unlimited; above 0 what is left; −1 the last use is being spent; −2 revocation has begun.
    package var uses: Int64 = 0
    package var creationTime = Timestamp(nanoseconds: 0)
    package var ttl: Duration = .zero
    package var explicitMaximumTTL: Duration = .zero
    package var period: Duration = .zero
    package var boundCIDRs: [String] = []
    package var typeName = TokenType.service.rawValue
    package var cubbyholeID = ""
    package var entityID = ""
    package var role = ""
    package var namespaceID = NamespaceReference.root.id
    package var renewable = true
    /// Id of the auth mount whose login made it; empty for tokens made otherwise.
    package var loginMount = ""
    /// What that method wants to know again at renewal.
    package var internalData: JSONObject = [:]
    /// Lease that ends it; empty for a token that never expires (root).
    package var leaseID = ""
    /// That lease, when this entry holds it; else it has an entry of its own.
    package var heldLease: HeldLease?

    package init() {}

    /// Behind a reference: an entry is copied often, and the lease is seldom wanted.
    package final class HeldLease: Sendable {
        package let lease: Lease
        init(_ lease: Lease) { self.lease = lease }
    }

    static let lastUse: Int64 = -1
    static let revoking: Int64 = -2

    package var isOrphan: Bool { parentKey.isEmpty }
    package var isRoot: Bool { policies.contains("root") }
    package var isBatch: Bool { typeName == TokenType.batch.rawValue }

    static let schema = Schema<TokenEntry>(
        { TokenEntry() },
        [
            Field("id", \.id, "Token.").secret, Field("accessor", \.accessor, "Accessor."),
            Field("parent", \.parentKey, "Parent's key."), Field("policies", \.policies, "Policies."),
            Field("path", \.path, "Creation path."), Field("meta", \.metadata, "Metadata."),
            Field("display_name", \.displayName, "Display name."), Field("num_uses", \.uses, "Uses."),
            Field("creation_time", \.creationNanoseconds, "Creation time."),
            Field("ttl", \.ttl, "TTL."), Field("explicit_max_ttl", \.explicitMaximumTTL, "Explicit maximum TTL."),
            Field("period", \.period, "Period."), Field("bound_cidrs", \.boundCIDRs, "Networks."),
            Field("type", \.typeName, "Type."), Field("cubbyhole_id", \.cubbyholeID, "Cubbyhole."),
            Field("entity_id", \.entityID, "Entity."), Field("role", \.role, "Role."),
            Field("namespace", \.namespaceID, "Namespace."), Field("renewable", \.renewable, "Renewable."),
            Field("lease_id", \.leaseID, "Lease."), Field("lease", \.leaseRecord, "Lease, where it is held."),
            Field("login_mount", \.loginMount, "Auth mount."),
            Field("internal_data", \.internalData, "Kept by the auth method.").secret,
        ])

    private var creationNanoseconds: Int64 {
        get { creationTime.nanoseconds }
        set { creationTime = Timestamp(nanoseconds: newValue) }
    }

    private var leaseRecord: JSONObject {
        get { heldLease?.lease.record ?? [:] }
        set {
            guard !newValue.isEmpty, var lease = Lease(leaseID, record: newValue) else { return heldLease = nil }
            lease.isHeld = true
            heldLease = HeldLease(lease)
        }
    }

    /// What is stored: a third of the members, as the others are as in most tokens. Each login writes one, and to do so by
    /// the schema costs five times as much.
    func encoded() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", id)
        writer.member("accessor", accessor)
        writer.member("parent", unlessEmpty: parentKey)
        writer.member("policies", unlessEmpty: policies)
        writer.member("path", unlessEmpty: path)
        if !metadata.isEmpty { writer.member("meta", metadata.wire) }
        writer.member("display_name", unlessEmpty: displayName)
        if uses != 0 { writer.member("num_uses", uses) }
        writer.member("creation_time", creationTime.nanoseconds)
        if ttl != .zero { writer.member("ttl", ttl.wire) }
        if explicitMaximumTTL != .zero { writer.member("explicit_max_ttl", explicitMaximumTTL.wire) }
        if period != .zero { writer.member("period", period.wire) }
        writer.member("bound_cidrs", unlessEmpty: boundCIDRs)
        if typeName != TokenType.service.rawValue { writer.member("type", typeName) }
        writer.member("cubbyhole_id", unlessEmpty: cubbyholeID)
        writer.member("entity_id", unlessEmpty: entityID)
        writer.member("role", unlessEmpty: role)
        if namespaceID != NamespaceReference.root.id { writer.member("namespace", namespaceID) }
        if !renewable { writer.member("renewable", renewable) }
        writer.member("lease_id", unlessEmpty: leaseID)
        if let heldLease {
            writer.key("lease")
            heldLease.lease.write(to: &writer)
        }
        writer.member("login_mount", unlessEmpty: loginMount)
        if !internalData.isEmpty { writer.member("internal_data", .object(internalData)) }
        writer.endObject()
        return writer.bytes
    }

    init(encoded bytes: [UInt8]) throws {
        self = try Self.schema.decode(try JSON.parseObject(bytes, limits: .trusted))
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, unlessEmpty text: String) {
        if !text.isEmpty { member(name, text) }
    }

    fileprivate mutating func member(_ name: String, unlessEmpty list: [String]) {
        if list.isEmpty { return }
        key(name)
        beginArray()
        for text in list { value(text) }
        endArray()
    }
}

/// A token that was looked up, with its lease, as the cache holds it.
package final class LiveToken: Sendable {
    /// Where it is stored; safe to log.
    package let key: String
    package let entry: TokenEntry
    package let issueTime: Timestamp
    /// Nil: never.
    package let expireTime: Timestamp?
    package let lastRenewal: Timestamp?

    package init(
        key: String, entry: TokenEntry, issueTime: Timestamp, expireTime: Timestamp?, lastRenewal: Timestamp?
    ) {
        self.key = key
        self.entry = entry
        self.issueTime = issueTime
        self.expireTime = expireTime
        self.lastRenewal = lastRenewal
    }

    /// What is left at `now`; zero for a token that never expires.
    package func remainingTTL(at now: Timestamp) -> Duration {
        guard let expireTime else { return .zero }
        return max(expireTime - now, .zero)
    }
}

/// Why a token was not accepted; the public answer does not tell these apart.
package enum TokenRefusal: Sendable, Equatable {
    case unknown, expired, usedUp, revoked, addressNotBound, wrappingToken
}

package enum Authentication: Sendable {
    case valid(LiveToken)
    case refused(TokenRefusal)
}

/// What spending a use left.
package enum TokenUse: Sendable, Equatable {
    case unlimited
    case remaining(Int64)
    /// This request spent the last one; the token is revoked when it is done.
    case last
    /// Another request spent the last one first.
    case refused
}
