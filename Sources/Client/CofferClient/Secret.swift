package import CofferJSON

/// The standard answer: data, the lease on it, and what else came with it.
package struct Secret: Sendable {
    package var requestID = ""
    package var leaseID = ""
    /// Seconds.
    package var leaseDuration: Int64 = 0
    package var isRenewable = false
    package var data: JSONObject?
    package var warnings: [String] = []
    package var auth: JSONObject?
    package var wrapInfo: JSONObject?
    package var mountType = ""

    package init() {}

    package init(_ envelope: JSONObject) {
        requestID = envelope["request_id"]?.stringValue ?? ""
        leaseID = envelope["lease_id"]?.stringValue ?? ""
        leaseDuration = envelope["lease_duration"]?.intValue ?? 0
        isRenewable = envelope["renewable"]?.boolValue ?? false
        data = envelope["data"]?.objectValue
        warnings = envelope["warnings"]?.arrayValue?.compactMap(\.stringValue) ?? []
        auth = envelope["auth"]?.objectValue
        wrapInfo = envelope["wrap_info"]?.objectValue
        mountType = envelope["mount_type"]?.stringValue ?? ""
    }

    /// The keys of an answer to a list; nil when it is none.
    package var keys: [JSON]? { data?["keys"]?.arrayValue }

    /// Whether the answer is in a wrapping token.
    package var isWrapped: Bool { (wrapInfo?["ttl"]?.intValue ?? 0) != 0 }
}

extension APIResponse {
    /// The envelope; nil for an empty body.
    package func secret() throws(ClientError) -> Secret? { try object().map(Secret.init) }

    /// A 404 may carry an envelope (a deleted version, a hint); without data and warnings it means nothing is there.
    package func secretUnlessMissing() throws(ClientError) -> Secret? {
        if status == 404 {
            guard let secret = (try? secret()) ?? nil else { return nil }
            return secret.warnings.isEmpty && (secret.data?.isEmpty ?? true) ? nil : secret
        }
        if let failure { throw .response(failure) }
        return try secret()
    }
}
