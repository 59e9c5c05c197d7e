internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import IdentityService

/// `sys/mfa/validate`: the second half of a login that needs a second factor.
struct MFAValidationPaths {
    let core: Core

    struct Input: Sendable {
        var requestID = ""
        var payload: JSONObject = [:]

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("mfa_request_id", \.requestID, "Id that the login was answered with."),
                Field("mfa_payload", \.payload, "Passcodes by the id or name of their method.").secret,
            ])
    }

    var paths: [Path] {
        [
            Path(
                "mfa/validate", "Complete a login by its second factors.",
                traits: .traits {
                    $0.unauthenticated = [.update]
                    $0.mintsCredential = true
                },
                [
                    Verb(.update, "mfa-validate", "Complete a login by its second factors.", Input.schema) {
                        call, input in
                        try await validate(call, input)
                    }
                ])
        ]
    }

    private func validate(_ call: Call, _ input: Input) async throws -> Reply {
        let services = try core.open()
        guard let login = services.pendingLogins.look(at: input.requestID) else { throw MFATexts.unknownRequest }
        let store = services.identities.store(in: call.namespace)
        // As they are now: an enforcement that was deleted asks for nothing, one that was changed for what it says.
        var enforcements: [LoginEnforcement] = []
        for name in login.enforcements {
            if let found = try await store.enforcement(name) { enforcements.append(found) }
        }
        var passcodes: [String: String] = [:]
        for member in input.payload.members {
            switch member.value {
            case .array(let items): passcodes[member.key] = items.first?.stringValue ?? ""
            default: passcodes[member.key] = String(wire: member.value) ?? ""
            }
        }
        let asked = FactorLogin(
            entityID: login.entityID, mountAccessor: login.mountAccessor, remoteAddress: call.origin.remoteAddress)
        try await store.require(enforcements, of: asked, SecondFactors(passcodes))
        var reply = Reply.empty
        reply.auth = .completed(input.requestID)
        return reply
    }
}
