internal import CofferBase
internal import CofferJSON

/// A lease as it is stored. Members that have their usual value are left out.
extension Lease {
    func encoded() -> [UInt8] {
        var object: JSONObject = [
            "id": .string(id), "kind": .string(kind.rawValue), "token": .string(tokenKey),
            "namespace": .string(namespaceID), "issued": .int(issueTime.nanoseconds),
            "expires": .int(expireTime.nanoseconds),
            "renewed": lastRenewal.map { .int($0.nanoseconds) } ?? .null,
            "renewable": .bool(renewable), "attempts": .int(failedAttempts),
        ]
        if isRevoking { object["revoking"] = true }
        if isIrrevocable { object["irrevocable"] = true }
        if !revocationError.isEmpty { object["error"] = .string(revocationError) }
        if !loginRole.isEmpty { object["role"] = .string(loginRole) }
        if let secret { object["secret"] = .object(secret.record) }
        return JSON.object(object).serialized()
    }

    /// Nil when the record is damaged.
    init?(encoded bytes: [UInt8]) {
        guard let object = try? JSON.parseObject(bytes, limits: .trusted),
            let id = object["id"]?.stringValue,
            let kind = object["kind"]?.stringValue.flatMap(Kind.init(rawValue:)),
            let tokenKey = object["token"]?.stringValue,
            let issued = object["issued"]?.intValue, let expires = object["expires"]?.intValue
        else { return nil }
        self.init(
            id: id, kind: kind, tokenKey: tokenKey,
            namespaceID: object["namespace"]?.stringValue ?? "root",
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
