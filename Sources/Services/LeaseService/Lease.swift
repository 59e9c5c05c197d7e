package import CofferBase
package import CofferJSON

/// Something that ends at a known time unless it is renewed: a token, or what an engine gave out.
package struct Lease: Sendable {
    package enum Kind: String, Sendable { case token, secret }

    /// `auth/<mount>/<path>/h<hex>` for tokens, `<mount>/<path>/<random>` for secrets; below the root as `LeaseID` says.
    package var id: String
    package var kind: Kind
    /// Storage key of the token: its own for a token lease, the owner's for a secret; empty
    /// when nobody owns it (made by a batch token without a parent).
    package var tokenKey: String
    package var namespaceID: String
    package var issueTime: Timestamp
    package var expireTime: Timestamp
    package var lastRenewal: Timestamp?
    package var renewable: Bool
    /// Failed revocations so far; decides when the next one is tried.
    package var failedAttempts: Int
    /// Revocation has begun: it is renewed no more, and a token under it is refused.
    package var isRevoking = false
    /// The reaper has given up; an operator must look.
    package var isIrrevocable = false
    /// Why the last revocation failed, at most 240 characters; holds no secret.
    package var revocationError = ""
    /// The record is kept in the entry of the token, whose lease this is.
    package var isHeld = false
    /// The calendar lists it with the other tokens of its window, and not by itself. Only what is held is listed so.
    package internal(set) var isGrouped = false
    /// The role of the login that made a token, where a quota asked for it; else empty.
    package var loginRole = ""
    /// What an engine asked for; nil for tokens.
    package var secret: Secret?

    /// What its engine needs to renew and revoke a secret.
    package struct Secret: Sendable {
        /// The mount that made it, wherever that is mounted by now.
        package var mountUUID: String
        package var ttl: Duration
        package var maximumTTL: Duration
        /// No renewal goes beyond this (the end of a batch token); nil when nothing but the TTLs limits it.
        package var latestEnd: Timestamp?
        package var internalData: JSONObject

        package init(
            mountUUID: String, ttl: Duration, maximumTTL: Duration, latestEnd: Timestamp?, internalData: JSONObject
        ) {
            self.mountUUID = mountUUID
            self.ttl = ttl
            self.maximumTTL = maximumTTL
            self.latestEnd = latestEnd
            self.internalData = internalData
        }
    }

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

    /// What is left at `now`; never negative.
    package func remainingTTL(at now: Timestamp) -> Duration { max(expireTime - now, .zero) }
}
