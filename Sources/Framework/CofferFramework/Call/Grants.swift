package import CofferBase
package import CofferJSON

/// The kind of a token.
package enum TokenType: String, Sendable { case service, batch }

/// What a login or token creation asks the pipeline to issue.
package struct AuthGrant: Sendable {
    package var displayName: String
    package var policies: [String]
    package var metadata: [String: String] = [:]
    package var ttl: Duration = .zero
    package var maximumTTL: Duration = .zero
    package var explicitMaximumTTL: Duration = .zero
    package var period: Duration = .zero
    package var numberOfUses: Int64 = 0
    package var renewable = true
    /// Nil leaves it to the mount.
    package var type: TokenType?
    package var boundCIDRs: [String] = []
    package var noDefaultPolicy = false
    /// Name of the alias that logged in, on the mount of the call; nil for token creation.
    package var aliasName: String?
    /// What the method knows about the one who logged in; kept with the alias, replaced at each login.
    package var aliasMetadata: [String: String] = [:]
    /// Names of the groups that the method found: memberships of external groups follow them.
    package var groupAliases: [String] = []
    package var entityID = ""
    /// Token id of the parent; nil makes an orphan.
    package var parent: String?
    /// An id chosen by a root caller; nil lets the server draw one.
    package var customID: String?
    /// Token role that made it.
    package var role = ""
    /// Ends the creation path of the token.
    package var pathSuffix = ""
    /// Kept with the lease and given back to the method at renewal.
    package var internalData: JSONObject = [:]

    package init(displayName: String, policies: [String]) {
        self.displayName = displayName
        self.policies = policies
    }
}

/// A token as the `auth` object of an answer reports it (contract, "auth object").
package struct IssuedAuth: Sendable {
    package var clientToken: String
    package var accessor: String
    package var policies: [String]
    package var tokenPolicies: [String]
    package var identityPolicies: [String]
    package var metadata: [String: String]
    package var leaseDuration: Duration
    package var renewable: Bool
    package var entityID: String
    /// True when this login made the entity.
    package var isEntityNew = false
    /// Set when there is no token yet, for want of a second factor.
    package var mfaRequirement: MFARequirement?
    package var type: TokenType
    package var orphan: Bool
    package var numberOfUses: Int64
    package var displayName: String

    package init(
        clientToken: String, accessor: String, policies: [String], tokenPolicies: [String],
        identityPolicies: [String] = [], metadata: [String: String], leaseDuration: Duration, renewable: Bool,
        entityID: String, type: TokenType, orphan: Bool, numberOfUses: Int64, displayName: String
    ) {
        self.clientToken = clientToken
        self.accessor = accessor
        self.policies = policies
        self.tokenPolicies = tokenPolicies
        self.identityPolicies = identityPolicies
        self.metadata = metadata
        self.leaseDuration = leaseDuration
        self.renewable = renewable
        self.entityID = entityID
        self.type = type
        self.orphan = orphan
        self.numberOfUses = numberOfUses
        self.displayName = displayName
    }
}

/// Indirect where it is large: a reply is copied on its way.
package enum AuthResult: Sendable {
    /// The pipeline issues the token.
    indirect case grant(AuthGrant)
    /// The token exists already.
    indirect case issued(IssuedAuth)
    /// A login that waited under this id for its second factors has them now.
    case completed(String)
}

/// `wrap_info` of an envelope.
package struct WrapInfo: Sendable {
    package var token: String
    package var accessor: String
    package var ttl: Duration
    package var creationTime: Timestamp
    package var creationPath: String
    package var wrappedAccessor: String

    package init(
        token: String, accessor: String, ttl: Duration, creationTime: Timestamp, creationPath: String,
        wrappedAccessor: String
    ) {
        self.token = token
        self.accessor = accessor
        self.ttl = ttl
        self.creationTime = creationTime
        self.creationPath = creationPath
        self.wrappedAccessor = wrappedAccessor
    }
}
