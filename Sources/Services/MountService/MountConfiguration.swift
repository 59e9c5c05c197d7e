internal import CofferBase
package import CofferFramework

/// What `tune` can change on a mount; the schema is the input of `sys/mounts/:path/tune` too.
package struct MountConfiguration: Sendable {
    /// Zero means the system's.
    package var defaultTTL: Duration = .zero
    package var maximumTTL: Duration = .zero
    package var forceNoCache = false
    package var auditNonHMACRequestKeys: [String] = []
    package var auditNonHMACResponseKeys: [String] = []
    /// `""`, `hidden` or `unauth`.
    package var listingVisibility = ""
    package var passthroughRequestHeaders: [String] = []
    package var allowedResponseHeaders: [String] = []
    /// Auth mounts: `default-service`, `default-batch`, `service`, `batch`.
    package var tokenType = ""
    package var pluginVersion = ""
    package var allowedManagedKeys: [String] = []
    package var trimRequestTrailingSlashes = false
    package var identityTokenKey = ""
    /// Auth mounts of methods that lock users out.
    package var userLockout = LockoutSettings()

    package init() {}

    package static let schema = Schema<MountConfiguration>(
        { MountConfiguration() },
        [
            Field("default_lease_ttl", \.defaultTTL, "Default lease duration of this mount; 0 means the system's."),
            Field("max_lease_ttl", \.maximumTTL, "Longest lease duration of this mount; 0 means the system's."),
            Field("force_no_cache", \.forceNoCache, "Do not cache entries of this mount."),
            Field(
                "audit_non_hmac_request_keys", \.auditNonHMACRequestKeys,
                "Keys of request data whose values the audit devices show in clear."),
            Field(
                "audit_non_hmac_response_keys", \.auditNonHMACResponseKeys,
                "Keys of response data whose values the audit devices show in clear."),
            Field(
                "listing_visibility", \.listingVisibility,
                "\"unauth\" shows the mount to callers without a token; \"hidden\" or empty does not."),
            Field(
                "passthrough_request_headers", \.passthroughRequestHeaders,
                "Request headers that are handed to the engine."),
            Field(
                "allowed_response_headers", \.allowedResponseHeaders, "Response headers that the engine may set."),
            Field(
                "token_type", \.tokenType,
                "Type of the tokens that this auth method issues: default-service, default-batch, service or batch."),
            Field("plugin_version", \.pluginVersion, "Version of the plugin; built-ins have one version only."),
            Field("allowed_managed_keys", \.allowedManagedKeys, "Managed keys that this mount may use."),
            Field(
                "trim_request_trailing_slashes", \.trimRequestTrailingSlashes,
                "Remove trailing slashes from request paths before the engine sees them."),
            Field("identity_token_key", \.identityTokenKey, "Key that signs this mount's identity tokens."),
            Field("user_lockout_config", \.userLockout, "How users are locked out after failed logins."),
        ])
}
