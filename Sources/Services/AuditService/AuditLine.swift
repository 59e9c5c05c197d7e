internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// Builds one audit line. Every string value is hashed unless it stands in a
/// field that is clear by definition: redaction by construction, not by care.
struct AuditLine {
    let hash: AuditHash
    let held: HeldAuditRecord
    /// Why the request was refused or how it failed; empty when it was not.
    let error: String
    let now: Timestamp
    /// Tell of a list answer only how many keys it has.
    var elidesLists = false

    private var record: AuditRecord { _read { yield held.record } }

    /// With `"auth":{…},"request":{…}` of it, which is the same in both lines of a request.
    func requestLine() -> (line: [UInt8], shared: ArraySlice<UInt8>) {
        var shared = 0..<0
        let line = line(type: "request", capacity: 2048) { writer in
            // Behind the comma, which the other line has by itself.
            let start = writer.count + 1
            writeShared(to: &writer)
            shared = start..<writer.count
        }
        return (line, line[shared])
    }

    func responseLine(_ response: AuditResponse, shared: ArraySlice<UInt8>) -> [UInt8] {
        line(type: "response", capacity: shared.count + 2048) { writer in
            writer.members(written: shared)
            writer.key(plain: "response")
            writer.beginObject()
            write(response, to: &writer)
            writer.endObject()
        }
    }

    private func writeShared(to writer: inout JSONWriter) {
        let token = hash.secret(record.clientToken)
        let accessor = hash.accessor(record.caller?.accessor ?? "")
        writer.key(plain: "auth")
        writer.beginObject()
        if let caller = record.caller { write(caller, token, accessor, to: &writer) }
        writer.endObject()
        writer.key(plain: "request")
        writer.beginObject()
        writeRequest(token, accessor, to: &writer)
        writer.endObject()
    }

    private func line(type: String, capacity: Int, _ rest: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: capacity)
        writer.beginObject()
        writer.put("time", now)
        writer.put("type", type)
        rest(&writer)
        writer.put("error", error)
        writer.endObject()
        writer.lineFeed()
        return writer.bytes
    }

    private func write(_ caller: AuditCaller, _ token: String, _ accessor: String, to writer: inout JSONWriter) {
        writer.put("client_token", token)
        writer.put("accessor", accessor)
        writer.put("display_name", caller.displayName)
        writer.put("policies", caller.policies)
        writer.put("token_policies", caller.tokenPolicies)
        writer.put("identity_policies", caller.identityPolicies)
        if let allowed = caller.allowed { write(caller.grantingPolicies, allowed, to: &writer) }
        if !caller.metadata.isEmpty { writer.put("metadata", caller.metadata.wire) }
        if caller.remainingUses > 0 { writer.put("remaining_uses", caller.remainingUses) }
        writer.put("entity_id", caller.entityID)
        writer.put("token_type", caller.tokenType)
        if caller.tokenTTL > .zero { writer.put("token_ttl", caller.tokenTTL.wholeSeconds) }
        if let issued = caller.tokenIssueTime { writer.put("token_issue_time", issued) }
    }

    private func write(_ granting: [AuditCaller.GrantingPolicy], _ allowed: Bool, to writer: inout JSONWriter) {
        writer.key(plain: "policy_results")
        writer.beginObject()
        writer.put("allowed", allowed)
        if !granting.isEmpty {
            writer.key(plain: "granting_policies")
            writer.beginArray()
            for policy in granting {
                writer.beginObject()
                writer.put("name", policy.name)
                writer.put("namespace_id", policy.namespaceID)
                writer.put("namespace_path", policy.namespacePath)
                writer.put("type", "acl")
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
    }

    private func writeRequest(_ token: String, _ accessor: String, to writer: inout JSONWriter) {
        writer.put("id", record.requestID)
        writer.put("operation", record.operation)
        writeMount(to: &writer)
        writer.put("client_token", token)
        writer.put("client_token_accessor", accessor)
        writer.key(plain: "namespace")
        writer.beginObject()
        writer.put("id", record.namespace.id)
        writer.put("path", record.namespace.path)
        writer.endObject()
        writer.put("path", record.path)
        if !record.data.isEmpty {
            writer.key(plain: "data")
            hash.write(record.data, clear: record.clearRequestKeys, to: &writer)
        }
        writer.put("remote_address", record.remoteAddress)
        if record.remotePort > 0 { writer.put("remote_port", record.remotePort) }
        if let ttl = record.wrapTTL { writer.put("wrap_ttl", ttl.wholeSeconds) }
        if !record.headers.isEmpty { writeHeaders(to: &writer) }
    }

    private func writeHeaders(to writer: inout JSONWriter) {
        writer.key(plain: "headers")
        writer.beginObject()
        for header in record.headers {
            writer.key(header.name)
            writer.beginArray()
            header.isHashed ? hash.write(header.value, to: &writer) : writer.value(header.value)
            writer.endArray()
        }
        writer.endObject()
    }

    private func writeMount(to writer: inout JSONWriter) {
        guard let mount = record.mount else { return }
        writer.put("mount_point", mount.path)
        writer.put("mount_type", mount.type)
        writer.put("mount_accessor", mount.accessor)
        writer.put("mount_class", mount.isAuth ? "auth" : "secret")
    }

    private func write(_ response: AuditResponse, to writer: inout JSONWriter) {
        if let auth = response.auth { write(auth, to: &writer) }
        writeMount(to: &writer)
        if !response.leaseID.isEmpty {
            writer.key(plain: "secret")
            writer.beginObject()
            writer.put("lease_id", response.leaseID)
            writer.endObject()
        }
        if !response.data.isEmpty {
            writer.key(plain: "data")
            let data = elidesLists && record.operation == "list" ? Self.elided(response.data) : response.data
            hash.write(data, clear: record.clearResponseKeys, to: &writer)
        }
        writer.put("warnings", response.warnings)
        if let wrap = response.wrapInfo { write(wrap, to: &writer) }
    }

    /// A list's keys, and what is told of each, as their number.
    private static func elided(_ data: JSONObject) -> JSONObject {
        var elided = data
        if let keys = data["keys"]?.arrayValue { elided["keys"] = .int(keys.count) }
        if let infos = data["key_info"]?.objectValue { elided["key_info"] = .int(infos.count) }
        return elided
    }

    private func write(_ wrap: WrapInfo, to writer: inout JSONWriter) {
        writer.key(plain: "wrap_info")
        writer.beginObject()
        writer.put("ttl", wrap.ttl.wholeSeconds)
        writer.put("token", hash.secret(wrap.token))
        writer.put("accessor", hash.accessor(wrap.accessor))
        writer.put("creation_time", wrap.creationTime)
        writer.put("creation_path", wrap.creationPath)
        writer.put("wrapped_accessor", hash.accessor(wrap.wrappedAccessor))
        writer.endObject()
    }

    private func write(_ auth: IssuedAuth, to writer: inout JSONWriter) {
        writer.key(plain: "auth")
        writer.beginObject()
        writer.put("client_token", hash.secret(auth.clientToken))
        writer.put("accessor", hash.accessor(auth.accessor))
        writer.put("display_name", auth.displayName)
        writer.put("policies", auth.policies)
        writer.put("token_policies", auth.tokenPolicies)
        writer.put("identity_policies", auth.identityPolicies)
        if !auth.metadata.isEmpty { writer.put("metadata", auth.metadata.wire) }
        if auth.numberOfUses > 0 { writer.put("num_uses", auth.numberOfUses) }
        writer.put("entity_id", auth.entityID)
        if auth.isEntityNew { writer.put("entity_created", true) }
        writer.put("token_type", auth.type.rawValue)
        writer.put("token_ttl", auth.leaseDuration.wholeSeconds)
        writer.endObject()
    }
}

extension JSONWriter {
    /// Empty texts and lists are left out.
    fileprivate mutating func put(_ key: StaticString, _ text: String) {
        if text.isEmpty { return }
        self.key(plain: key)
        value(text)
    }

    fileprivate mutating func put(_ key: StaticString, _ time: Timestamp) {
        self.key(plain: key)
        value(time)
    }

    fileprivate mutating func put(_ key: StaticString, _ number: Int64) {
        self.key(plain: key)
        value(number)
    }

    fileprivate mutating func put(_ key: StaticString, _ number: Int) {
        self.key(plain: key)
        value(number)
    }

    fileprivate mutating func put(_ key: StaticString, _ flag: Bool) {
        self.key(plain: key)
        value(flag)
    }

    fileprivate mutating func put(_ key: StaticString, _ tree: JSON) {
        self.key(plain: key)
        value(tree)
    }

    fileprivate mutating func put(_ key: StaticString, _ texts: [String]) {
        if texts.isEmpty { return }
        self.key(plain: key)
        beginArray()
        for text in texts { value(text) }
        endArray()
    }
}
