internal import CofferBase
package import CofferJSON

/// A lease as it is stored, below its id or in the entry of its token. Members that have their usual value are left out;
/// earlier releases left out neither the kind nor the token's key.
extension Lease {
    func encoded() -> [UInt8] {
        var writer = JSONWriter(capacity: secret == nil ? 128 : 512)
        write(to: &writer)
        return writer.bytes
    }

    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        if kind != .token { writer.member("kind", kind.rawValue) }
        if kind != .token || tokenKey != LeaseID.tokenKey(ofLease: id) { writer.member("token", tokenKey) }
        if namespaceID != LeaseID.root { writer.member("namespace", namespaceID) }
        writer.member("issued", issueTime.nanoseconds)
        writer.member("expires", expireTime.nanoseconds)
        if let lastRenewal { writer.member("renewed", lastRenewal.nanoseconds) }
        if renewable { writer.member("renewable", true) }
        if failedAttempts > 0 { writer.member("attempts", failedAttempts) }
        if isRevoking { writer.member("revoking", true) }
        if isIrrevocable { writer.member("irrevocable", true) }
        if !revocationError.isEmpty { writer.member("error", revocationError) }
        if !loginRole.isEmpty { writer.member("role", loginRole) }
        if isGrouped { writer.member("grouped", true) }
        if let secret { writer.member("secret", .object(secret.record)) }
        writer.endObject()
    }

    /// The same as a value.
    package var record: JSONObject { (try? JSON.parseObject(encoded(), limits: .trusted)) ?? [:] }

    /// Nil when the record is damaged.
    init?(_ id: String, encoded bytes: [UInt8]) {
        guard let object = try? JSON.parseObject(bytes, limits: .trusted) else { return nil }
        self.init(id, record: object)
    }

    /// The lease that is kept in the entry of its token; nil when there is none, or it is damaged.
    init?(_ id: String, inEntryOfToken object: JSONObject) {
        guard object["lease_id"]?.stringValue == id, let record = object["lease"]?.objectValue else { return nil }
        self.init(id, record: record)
        isHeld = true
    }

    /// Nil when the record is damaged.
    package init?(_ id: String, record object: JSONObject) {
        guard let kind = Kind(rawValue: object["kind"]?.stringValue ?? Kind.token.rawValue),
            let tokenKey = object["token"]?.stringValue ?? (kind == .token ? LeaseID.tokenKey(ofLease: id) : nil),
            let issued = object["issued"]?.intValue, let expires = object["expires"]?.intValue
        else { return nil }
        self.init(
            id: id, kind: kind, tokenKey: tokenKey,
            namespaceID: object["namespace"]?.stringValue ?? LeaseID.root,
            issueTime: Timestamp(nanoseconds: issued), expireTime: Timestamp(nanoseconds: expires),
            lastRenewal: object["renewed"]?.intValue.map { Timestamp(nanoseconds: $0) },
            renewable: object["renewable"]?.boolValue ?? false,
            failedAttempts: Int(object["attempts"]?.intValue ?? 0))
        isRevoking = object["revoking"]?.boolValue ?? false
        isIrrevocable = object["irrevocable"]?.boolValue ?? false
        revocationError = object["error"]?.stringValue ?? ""
        loginRole = object["role"]?.stringValue ?? ""
        isGrouped = object["grouped"]?.boolValue ?? false
        secret = object["secret"]?.objectValue.flatMap(Secret.init(record:))
        if kind == .secret && secret == nil { return nil }
    }
}

extension Lease.Secret {
    fileprivate var record: JSONObject {
        [
            "mount": .string(mountUUID), "ttl": .int(ttl.wholeSeconds), "max_ttl": .int(maximumTTL.wholeSeconds),
            "latest_end": latestEnd.map { .int($0.nanoseconds) } ?? .null, "internal": .object(internalData),
        ]
    }

    fileprivate init?(record: JSONObject) {
        guard let mount = record["mount"]?.stringValue, let ttl = record["ttl"]?.intValue,
            let maximum = record["max_ttl"]?.intValue, let data = record["internal"]?.objectValue
        else { return nil }
        self.init(
            mountUUID: mount, ttl: .seconds(ttl), maximumTTL: .seconds(maximum),
            latestEnd: record["latest_end"]?.intValue.map { Timestamp(nanoseconds: $0) }, internalData: data)
    }
}
