internal import CofferBase
package import CofferCore
package import CofferFramework
internal import CofferJSON

/// What a server answers in recovery mode: its seal, the generation of a recovery token, and the decrypted storage.
package struct RecoveryEngine: Engine {
    package let paths: PathTable

    package init(core: Core) {
        let access = RecoveryAccess(core)
        let tokens = RecoveryTokenPaths(access: access)
        paths = PathTable(
            SealPaths(core: core).recoveryPaths + tokens.paths
                + RawPaths(core: core).paths.map { Self.opened($0, access) })
    }

    /// Without the services nobody can identify a token: the path does that itself.
    private static func opened(_ path: Path, _ access: RecoveryAccess) -> Path {
        var path = path
        path.traits.whenSealed = true
        path.traits.isNeverWrapped = true
        path.traits.unauthenticated = [.read, .update, .delete, .list]
        path.traits.sudo = []
        path.verbs = path.verbs.map { verb in
            Verb(verb.operation, verb.id, verb.summary, input: verb.input) { call in
                try access.check(call.clientToken)
                return try await verb.run(call)
            }
        }
        return path
    }
}

/// `sys/generate-recovery-token`.
struct RecoveryTokenPaths {
    let access: RecoveryAccess

    private static let traits = PathTraits.traits {
        $0.whenSealed = true
        $0.unauthenticated = [.read, .update, .delete]
        $0.isNeverWrapped = true
        $0.readsBodyOfDelete = true
    }

    var paths: [Path] { [attempt, update] }

    private var attempt: Path {
        Path(
            "generate-recovery-token/attempt", "Begin, cancel or look at the generation of a recovery token.",
            traits: Self.traits,
            [
                Verb(.read, "recovery-token-generation-read-progress", "How far the generation is.") { _ in
                    .bare(GenerateRootPaths.wire(try await access.status()))
                },
                Verb(
                    .update, "recovery-token-generation-initialize", "Begin to generate a recovery token.",
                    GenerateRootPaths.AttemptInput.schema
                ) { _, input in
                    let drawn = try access.begin(password: input.password, pgpKey: input.pgpKey)
                    return .bare(GenerateRootPaths.wire(try await access.status(), password: drawn))
                },
                Verb(
                    .delete, "recovery-token-generation-cancel", "Cancel the generation.", NonceInput.schema
                ) { _, input in
                    try access.cancel(nonce: input.nonce)
                    return .empty
                },
            ])
    }

    private var update: Path {
        Path(
            "generate-recovery-token/update", "Give one share for the recovery token.", traits: Self.traits,
            [
                Verb(.update, "recovery-token-generation-update", "Give one share.", ShareInput.schema) { _, input in
                    let before = try await access.status()
                    guard let made = try await access.add(try input.share(), nonce: input.nonce) else {
                        return .bare(GenerateRootPaths.wire(try await access.status()))
                    }
                    let status = GenerateRoot.Status(
                        nonce: input.nonce, progress: before.required, required: before.required,
                        fingerprint: made.fingerprint)
                    return .bare(GenerateRootPaths.wire(status, encodedToken: made.token))
                }
            ])
    }
}
