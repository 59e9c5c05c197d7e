internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON

/// A root token, made by the holders of the unseal key shares.
struct GenerateRootPaths {
    let core: Core

    var paths: [Path] {
        [attempt("generate-root/attempt"), attempt("generate-root", suffix: true), update, decoding]
    }

    struct AttemptInput: Sendable {
        var password = ""
        var pgpKey = ""

        static let schema = Schema<AttemptInput>(
            { AttemptInput() },
            [
                Field("otp", \.password, "One-time password of 28 bytes; drawn when absent.").secret,
                Field("pgp_key", \.pgpKey, "PGP public key that hides the token instead."),
            ])
    }

    /// The old spelling without `/attempt` has ids of its own.
    private func attempt(_ pattern: String, suffix isOld: Bool = false) -> Path {
        let id = "root-token-generation-"
        return Path(
            pattern, "Begin, cancel or look at the generation of a root token.",
            traits: CeremonyTraits.beginning(.generateRoot, core),
            [
                Verb(.read, id + (isOld ? "read-progress2" : "read-progress"), "How far the generation is.") { _ in
                    .bare(Self.wire(try await core.open().ceremonies.generateRoot.status()))
                },
                Verb(
                    .update, id + (isOld ? "initialize-2" : "initialize"), "Begin to generate a root token.",
                    AttemptInput.schema
                ) { _, input in try await begin(input) },
                Verb(
                    .delete, id + (isOld ? "cancel-2" : "cancel"), "Cancel the generation.", NonceInput.schema
                ) { _, input in
                    try core.open().ceremonies.generateRoot.cancel(nonce: input.nonce)
                    return .empty
                },
            ])
    }

    private func begin(_ input: AttemptInput) async throws -> Reply {
        let begun = try await core.open().ceremonies.generateRoot.begin(
            password: input.password, pgpKey: input.pgpKey)
        return Reply.bare(Self.wire(begun.status, password: begun.drawn)).afterAudit(begun.effect)
    }

    private var update: Path {
        Path(
            "generate-root/update", "Give one share for the root token.",
            traits: CeremonyTraits.going(.generateRoot, core),
            [
                Verb(.update, "root-token-generation-update", "Give one share.", ShareInput.schema) { _, input in
                    let generation = try core.open().ceremonies.generateRoot
                    switch try await generation.add(try input.share(), nonce: input.nonce) {
                    case .wait:
                        return .bare(Self.wire(try await generation.status()))
                    case .complete(let encodedToken, let fingerprint, let required, let effect):
                        let status = GenerateRoot.Status(
                            nonce: input.nonce, progress: required, required: required, fingerprint: fingerprint)
                        return Reply.bare(Self.wire(status, encodedToken: encodedToken)).afterAudit(effect)
                    }
                }
            ])
    }

    // MARK: sys/decode-token

    struct DecodeInput: Sendable {
        var encodedToken = ""
        var password = ""

        static let schema = Schema<DecodeInput>(
            { DecodeInput() },
            [
                Field("encoded_token", \.encodedToken, "The encoded token of the last answer.").secret,
                Field("otp", \.password, "The one-time password of the first answer.").secret,
            ])
    }

    /// What `operator generate-root -decode` does, for those who have no program for it.
    private var decoding: Path {
        Path(
            "decode-token", "Show the token that an encoded token hides.",
            traits: .traits { $0.unauthenticated = [.update] },
            [
                Verb(.update, "decode", "Decode a token.", DecodeInput.schema) { _, input in
                    var text = input.encodedToken
                    while text.hasSuffix("=") { text.removeLast() }
                    guard let hidden = Base64.unpadded.decode(text), !hidden.isEmpty else {
                        throw EngineError.badRequest("the encoded token is not base64")
                    }
                    guard hidden.count == input.password.utf8.count else {
                        throw EngineError.badRequest("the encoded token and the one-time password differ in length")
                    }
                    let token = String(decoding: zip(hidden, input.password.utf8).map { $0 ^ $1 }, as: UTF8.self)
                    return .data(["token": .string(token)])
                }
            ])
    }

    /// - Parameter password: shown once, to who began without one.
    static func wire(
        _ status: GenerateRoot.Status, password: String = "", encodedToken: String = ""
    ) -> JSON {
        [
            "nonce": .string(status.nonce), "started": .bool(status.isStarted), "progress": .int(status.progress),
            "required": .int(status.required), "complete": .bool(!encodedToken.isEmpty),
            "encoded_token": .string(encodedToken), "encoded_root_token": .string(encodedToken),
            "pgp_fingerprint": .string(status.fingerprint), "otp": .string(password),
            "otp_length": .int(encodedToken.isEmpty ? GenerateRoot.passwordLength : 0),
        ]
    }
}
