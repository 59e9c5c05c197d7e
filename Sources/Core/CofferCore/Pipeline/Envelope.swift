internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// The standard answer object (contract, "Success envelope").
struct Envelope {
    let id: String
    let mountType: String
    let outcome: Request.Outcome
    let warnings: [String]

    func answer(isDoubled: Bool) -> Answer {
        if let wrap = outcome.wrapInfo ?? outcome.reply.wrapInfo {
            return Answer(.json(.object(Self.wrapped(wrap))), status: 200)
        }
        switch outcome.reply.body {
        case .bare(let json):
            return Answer(.json(json), status: outcome.reply.status ?? 200)
        case .raw(let contentType, let bytes):
            return Answer(.raw(contentType: contentType, bytes), status: outcome.reply.status ?? 200)
        case .stream(let contentType, let stream):
            return Answer(.stream(contentType: contentType, stream), status: outcome.reply.status ?? 200)
        case .unwrapped(var object):
            object["request_id"] = .string(id)
            return Answer(.json(.object(object)), status: 200)
        case .none where outcome.auth == nil && outcome.lease == nil && warnings.isEmpty:
            return Answer(.empty, status: outcome.reply.status ?? 204)
        case .none, .data:
            var object = object
            if isDoubled, let data = object["data"]?.objectValue {
                for member in data.members { object[member.key] = member.value }
            }
            return Answer(.json(.object(object)), status: outcome.reply.status ?? 200)
        }
    }

    /// All nine keys, always.
    var object: JSONObject {
        if case .unwrapped(let object) = outcome.reply.body { return object }
        var data = JSON.null
        if case .data(let object) = outcome.reply.body { data = .object(object) }
        var object = JSONObject(capacity: 9)
        object.append("request_id", .string(id))
        object.append("lease_id", .string(outcome.lease?.id ?? ""))
        object.append("renewable", .bool(outcome.lease?.renewable ?? false))
        let seconds = outcome.lease?.duration.wholeSeconds ?? outcome.reply.advisoryLeaseSeconds ?? 0
        object.append("lease_duration", .int(seconds))
        object.append("data", data)
        object.append("wrap_info", nil)
        object.append("warnings", warnings.isEmpty ? nil : .strings(warnings))
        object.append("auth", outcome.auth.map { .object(Self.auth($0)) } ?? nil)
        object.append("mount_type", .string(outcome.reply.status == 404 ? "" : mountType))
        return object
    }

    private static func auth(_ auth: IssuedAuth) -> JSONObject {
        var object = JSONObject()
        object.append("client_token", .string(auth.clientToken))
        object.append("accessor", .string(auth.accessor))
        object.append("policies", .strings(auth.policies))
        if !auth.tokenPolicies.isEmpty { object.append("token_policies", .strings(auth.tokenPolicies)) }
        if !auth.identityPolicies.isEmpty { object.append("identity_policies", .strings(auth.identityPolicies)) }
        object.append("metadata", auth.metadata.isEmpty ? nil : auth.metadata.wire)
        object.append("lease_duration", .int(auth.leaseDuration.wholeSeconds))
        object.append("renewable", .bool(auth.renewable))
        object.append("entity_id", .string(auth.entityID))
        object.append("token_type", .string(auth.mfaRequirement == nil ? auth.type.rawValue : ""))
        object.append("orphan", .bool(auth.orphan))
        object.append("mfa_requirement", auth.mfaRequirement.map { .object(Self.requirement($0)) } ?? nil)
        object.append("num_uses", .int(auth.numberOfUses))
        return object
    }

    private static func requirement(_ requirement: MFARequirement) -> JSONObject {
        var constraints = JSONObject()
        for (name, methods) in requirement.constraints {
            let any = methods.map { method in
                var object: JSONObject = [
                    "type": .string(method.type), "id": .string(method.id), "uses_passcode": .bool(method.usesPasscode),
                ]
                if !method.name.isEmpty { object["name"] = .string(method.name) }
                return JSON.object(object)
            }
            constraints[name] = ["any": .array(any)]
        }
        return ["mfa_request_id": .string(requirement.requestID), "mfa_constraints": .object(constraints)]
    }

    private static func wrapped(_ wrap: WrapInfo) -> JSONObject {
        var info = JSONObject()
        info.append("token", .string(wrap.token))
        info.append("accessor", .string(wrap.accessor))
        info.append("ttl", .int(wrap.ttl.wholeSeconds))
        info.append("creation_time", .string(wrap.creationTime.rfc3339))
        info.append("creation_path", .string(wrap.creationPath))
        if !wrap.wrappedAccessor.isEmpty { info.append("wrapped_accessor", .string(wrap.wrappedAccessor)) }
        return [
            "request_id": "", "lease_id": "", "renewable": false, "lease_duration": 0, "data": nil,
            "wrap_info": .object(info), "warnings": nil, "auth": nil, "mount_type": "",
        ]
    }
}
