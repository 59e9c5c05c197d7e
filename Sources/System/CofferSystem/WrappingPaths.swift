internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import TokenService

/// `sys/wrapping`: answers that open once.
struct WrappingPaths {
    let core: Core

    struct Input: Sendable {
        var token = ""

        static let schema = Schema<Input>(
            { Input() }, [Field("token", \.token, "The wrapping token; the calling token when absent.").secret])
    }

    private static let invalid = EngineError.badRequest("wrapping token is not valid or does not exist")

    var paths: [Path] { [wrap, lookup, unwrap, rewrap, publicKey] }

    private var wrap: Path {
        Path(
            "wrapping/wrap", "Wrap any data.", traits: .traits { $0.isDoubled = true },
            [
                Verb(freeForm: .update, "wrap", "Wrap any data.") { call, fields in
                    guard let ttl = call.wrapTTL, ttl > .zero else {
                        throw EngineError.badRequest("endpoint requires response wrapping to be used")
                    }
                    return .data(fields)
                }
            ])
    }

    private var lookup: Path {
        let handler: @Sendable (Call, Input) async throws -> Reply = { call, input in
            let token = input.token.isEmpty ? call.clientToken ?? "" : input.token
            let tokens = try core.open().tokens
            guard let held = try await tokens.peek(wrapping: try await tokens.token(inJWT: token)) else {
                throw Self.invalid
            }
            return .data([
                "creation_path": .string(held.creationPath), "creation_time": .string(held.creationTime.rfc3339),
                "creation_ttl": held.ttl.wire,
            ])
        }
        return Path(
            "wrapping/lookup", "Where a wrapped answer comes from.",
            traits: .traits { $0.unauthenticated = [.read, .update] },
            [
                Verb(.read, "read-wrapping-properties2", "Where a wrapped answer comes from.", Input.schema, handler),
                Verb(.update, "read-wrapping-properties", "Where a wrapped answer comes from.", Input.schema, handler),
            ])
    }

    private var unwrap: Path {
        Path(
            "wrapping/unwrap", "Open a wrapped answer.", traits: .traits { $0.isUnwrap = true },
            [
                Verb(.update, "unwrap", "Open a wrapped answer.", Input.schema) { call, input in
                    let held = try await open(call, input)
                    guard let object = try? JSON.parseObject(Array(held.content.utf8), limits: .trusted) else {
                        throw Self.invalid
                    }
                    return Reply(.unwrapped(object))
                }
            ])
    }

    private var rewrap: Path {
        Path(
            "wrapping/rewrap", "Move a wrapped answer to a new token.", traits: .traits { $0.isUnwrap = true },
            [
                Verb(.update, "rewrap", "Move a wrapped answer to a new token.", Input.schema) { call, input in
                    let held = try await open(call, input)
                    let content = try? JSON.parseObject(Array(held.content.utf8), limits: .trusted)
                    var reply = Reply.empty
                    let tokens = try core.open().tokens
                    var info = try await tokens.wrap(
                        held.content, creationPath: held.creationPath, ttl: held.ttl,
                        wrappedAccessor: content?["auth"]?["accessor"]?.stringValue ?? "", namespace: call.namespace)
                    if call.wrapFormat == "jwt" { info.token = try await tokens.jwt(for: info) }
                    reply.wrapInfo = info
                    return reply
                }
            ])
    }

    private var publicKey: Path {
        Path(
            "wrapping/pubkey", "The key that verifies wrapping tokens in the form of JWTs.",
            traits: .traits { $0.unauthenticated = [.read] },
            [
                Verb(.read, "read-wrapping-public-key", "Read the public key, as PEM.") { _ in
                    .data(["public_key": .string(try await core.open().tokens.wrappingPublicKey())])
                }
            ])
    }

    /// The calling token's own use was spent by the pipeline; a token in the body is spent here.
    private func open(_ call: Call, _ input: Input) async throws -> WrappedResponse {
        let tokens = try core.open().tokens
        let caller = try await tokens.token(inJWT: call.clientToken ?? "")
        let given = try await tokens.token(inJWT: input.token)
        let isCaller = given.isEmpty || constantTimeEqual(given.utf8, caller.utf8)
        let token = isCaller ? caller : given
        guard let live = try await tokens.findForUnwrap(token, alreadySpent: isCaller),
            let held = try await tokens.unwrap(live, alreadySpent: isCaller)
        else { throw Self.invalid }
        return held
    }
}
