internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// Builds one audit line. Every string value is hashed unless it stands in a
/// field that is clear by definition: redaction by construction, not by care.
struct AuditLine {
    let hash: AuditHash
    let record: AuditRecord
    let now: Timestamp

    func requestLine() -> [UInt8] { line(type: "request", response: nil) }
    func responseLine(_ response: AuditResponse) -> [UInt8] { line(type: "response", response: response) }

    private func line(type: String, response: AuditResponse?) -> [UInt8] {
        var object = JSONObject()
        object.append("time", .string(now.rfc3339))
        object.append("type", .string(type))
        object.append("auth", .object(auth))
        object.append("request", .object(request))
        if let response { object.append("response", .object(self.response(of: response))) }
        if !record.error.isEmpty { object.append("error", .string(record.error)) }
        var bytes = JSON.object(object).serialized()
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private var auth: JSONObject {
        var object = JSONObject()
        guard let caller = record.caller else { return object }
        object.put("client_token", hash.secret(record.clientToken))
        object.put("accessor", hash.secret(caller.accessor))
        object.put("display_name", caller.displayName)
        object.put("policies", caller.policies)
        object.put("token_policies", caller.tokenPolicies)
        if let allowed = caller.allowed {
            var results: JSONObject = ["allowed": .bool(allowed)]
            let granting = caller.grantingPolicies.map { policy -> JSON in
                ["name": .string(policy.name), "namespace_id": .string(policy.namespaceID), "type": "acl"]
            }
            if !granting.isEmpty { results.append("granting_policies", .array(granting)) }
            object.append("policy_results", .object(results))
        }
        if !caller.metadata.isEmpty { object.append("metadata", caller.metadata.wire) }
        if caller.remainingUses > 0 { object.append("remaining_uses", .int(caller.remainingUses)) }
        object.put("entity_id", caller.entityID)
        object.put("token_type", caller.tokenType)
        if caller.tokenTTL > .zero { object.append("token_ttl", .int(caller.tokenTTL.wholeSeconds)) }
        if let issued = caller.tokenIssueTime { object.append("token_issue_time", .string(issued.rfc3339)) }
        return object
    }

    private var request: JSONObject {
        var object = JSONObject()
        object.put("id", record.requestID)
        object.put("operation", record.operation)
        mount(into: &object)
        object.put("client_token", hash.secret(record.clientToken))
        object.put("client_token_accessor", hash.secret(record.caller?.accessor ?? ""))
        object.append("namespace", .object(namespace))
        object.put("path", record.path)
        if !record.data.isEmpty {
            object.append("data", .object(hash.values(of: record.data, clear: record.clearRequestKeys)))
        }
        object.put("remote_address", record.remoteAddress)
        if record.remotePort > 0 { object.append("remote_port", .int(record.remotePort)) }
        if let ttl = record.wrapTTL { object.append("wrap_ttl", .int(ttl.wholeSeconds)) }
        return object
    }

    private var namespace: JSONObject {
        var object: JSONObject = ["id": .string(record.namespace.id)]
        object.put("path", record.namespace.path)
        return object
    }

    private func mount(into object: inout JSONObject) {
        guard let mount = record.mount else { return }
        object.put("mount_point", mount.path)
        object.put("mount_type", mount.type)
        object.put("mount_accessor", mount.accessor)
        object.put("mount_class", mount.isAuth ? "auth" : "secret")
    }

    private func response(of response: AuditResponse) -> JSONObject {
        var object = JSONObject()
        if let auth = response.auth { object.append("auth", .object(issued(auth))) }
        mount(into: &object)
        if !response.data.isEmpty {
            object.append("data", .object(hash.values(of: response.data, clear: record.clearResponseKeys)))
        }
        object.put("warnings", response.warnings)
        if let wrap = response.wrapInfo {
            var info: JSONObject = ["ttl": .int(wrap.ttl.wholeSeconds)]
            info.put("token", hash.secret(wrap.token))
            info.put("accessor", hash.secret(wrap.accessor))
            info.put("creation_time", wrap.creationTime.rfc3339)
            info.put("creation_path", wrap.creationPath)
            info.put("wrapped_accessor", hash.secret(wrap.wrappedAccessor))
            object.append("wrap_info", .object(info))
        }
        return object
    }

    private func issued(_ auth: IssuedAuth) -> JSONObject {
        var object = JSONObject()
        object.put("client_token", hash.secret(auth.clientToken))
        object.put("accessor", hash.secret(auth.accessor))
        object.put("display_name", auth.displayName)
        object.put("policies", auth.policies)
        object.put("token_policies", auth.tokenPolicies)
        if !auth.metadata.isEmpty { object.append("metadata", auth.metadata.wire) }
        if auth.numberOfUses > 0 { object.append("num_uses", .int(auth.numberOfUses)) }
        object.put("entity_id", auth.entityID)
        object.put("token_type", auth.type.rawValue)
        object.append("token_ttl", .int(auth.leaseDuration.wholeSeconds))
        return object
    }
}

extension JSONObject {
    /// Empty fields are left out.
    fileprivate mutating func put(_ key: String, _ text: String) {
        if !text.isEmpty { append(key, .string(text)) }
    }

    fileprivate mutating func put(_ key: String, _ texts: [String]) {
        if !texts.isEmpty { append(key, .strings(texts)) }
    }
}
