package import CofferBase
internal import CofferJSON

/// Something that ends at a known time unless it is renewed: a token, later a secret.
package struct Lease: Sendable, Equatable {
    package enum Kind: String, Sendable { case token, secret }

    /// `auth/<mount>/<path>/h<hex>` for tokens, `<mount>/<path>/<random>` for secrets.
    package var id: String
    package var kind: Kind
    /// Storage key of the token: its own for a token lease, the owner's for a secret.
    package var tokenKey: String
    package var namespaceID: String
    package var issueTime: Timestamp
    package var expireTime: Timestamp
    package var lastRenewal: Timestamp?
    package var renewable: Bool
    /// Failed revocations so far; decides when the next one is tried.
    package var failedAttempts: Int

    package init(
        id: String, kind: Kind, tokenKey: String, namespaceID: String, issueTime: Timestamp,
        expireTime: Timestamp, lastRenewal: Timestamp? = nil, renewable: Bool, failedAttempts: Int = 0
    ) {
        self.id = id
        self.kind = kind
        self.tokenKey = tokenKey
        self.namespaceID = namespaceID
        self.issueTime = issueTime
        self.expireTime = expireTime
        self.lastRenewal = lastRenewal
        self.renewable = renewable
        self.failedAttempts = failedAttempts
    }
}

extension Lease {
    func encoded() -> [UInt8] {
        let object: JSONObject = [
            "id": .string(id), "kind": .string(kind.rawValue), "token": .string(tokenKey),
            "namespace": .string(namespaceID), "issued": .int(issueTime.nanoseconds),
            "expires": .int(expireTime.nanoseconds),
            "renewed": lastRenewal.map { .int($0.nanoseconds) } ?? .null,
            "renewable": .bool(renewable), "attempts": .int(failedAttempts),
        ]
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
    }
}
