internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON

/// A root token, made by the holders of the unseal key shares.
struct GenerateRootPaths {
    let core: Core

    var paths: [Path] {
        [attempt("generate-root/attempt"), attempt("generate-root", suffix: true), update]
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
