internal import CofferBase
internal import CofferJSON

/// A lease as it is stored, below its id. Members that have their usual value are left out; earlier releases left out
/// neither the kind nor the token's key.
extension Lease {
    func encoded() -> [UInt8] {
        var object = JSONObject(capacity: 8)
        if kind != .token { object.append("kind", .string(kind.rawValue)) }
        if kind != .token || tokenKey != LeaseID.tokenKey(ofLease: id) { object.append("token", .string(tokenKey)) }
        if namespaceID != LeaseID.root { object.append("namespace", .string(namespaceID)) }
        object.append("issued", .int(issueTime.nanoseconds))
        object.append("expires", .int(expireTime.nanoseconds))
        if let lastRenewal { object.append("renewed", .int(lastRenewal.nanoseconds)) }
        if renewable { object.append("renewable", true) }
        if failedAttempts > 0 { object.append("attempts", .int(failedAttempts)) }
        if isRevoking { object.append("revoking", true) }
        if isIrrevocable { object.append("irrevocable", true) }
        if !revocationError.isEmpty { object.append("error", .string(revocationError)) }
        if !loginRole.isEmpty { object.append("role", .string(loginRole)) }
        if let secret { object.append("secret", .object(secret.record)) }
        return JSON.object(object).serialized()
    }

    /// Nil when the record is damaged.
    init?(_ id: String, encoded bytes: [UInt8]) {
        guard let object = try? JSON.parseObject(bytes, limits: .trusted),
            let kind = Kind(rawValue: object["kind"]?.stringValue ?? Kind.token.rawValue),
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
