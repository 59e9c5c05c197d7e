internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// `role/:role_name/secret-id…`: secret ids made, shown and destroyed, by themselves and by their accessors.
struct SecretIDPaths {
    let roles: Resource<Role>
    let wake: @Sendable (Timestamp) -> Void

    var all: [Path] {
        let makes = PathTraits.traits { $0.mintsCredential = true }
        return [
            path(
                "secret-id", "Make a secret id, or list the accessors of those there are.", makes,
                [
                    Verb(.update, "write-secret-id", "Make a secret id.", SecretIDInput.schema) { call, input in
                        try await make(try call.random.uuid(), input, call)
                    },
                    Verb(.list, "list-secret-ids", "List the accessors of secret ids.", Page.schema, list),
                ]),
            path(
                "custom-secret-id", "Make a secret id of one's own choice.", makes,
                [
                    Verb(
                        .update, "write-custom-secret-id", "Make a secret id of one's own choice.",
                        SecretIDInput.customSchema
                    ) { call, input in
                        if input.secretID.isEmpty { throw AppRoleErrors.missingSecretID }
                        return try await make(input.secretID, input, call)
                    }
                ]),
            lookup("secret-id", "look-up-secret-id", .secretID),
            lookup("secret-id-accessor", "look-up-secret-id-by-accessor", .accessor),
            destruction("secret-id", "destroy-secret-id", .secretID),
            destruction("secret-id-accessor", "destroy-secret-id-by-accessor", .accessor),
        ]
    }

    private func path(_ name: String, _ synopsis: String, _ traits: PathTraits, _ verbs: [Verb]) -> Path {
        Path("role/:role_name/" + name, synopsis, captures: RolePaths.captures, traits: traits, verbs)
    }

    // MARK: making

    private func make(_ text: String, _ input: SecretIDInput, _ call: Call) async throws -> Reply {
        let made = try await transaction(call) { role, transaction in
            let made = try input.record(for: role, call)
            try await SecretIDs.insert(made, role.hash(text), of: role, in: &transaction)
            return made
        }
        if let end = made.expiration.time { wake(end) }
        return .data([
            "secret_id": .string(text), "secret_id_accessor": .string(made.accessor),
            "secret_id_num_uses": .int(made.uses), "secret_id_ttl": made.ttl.wire,
        ])
    }

    @Sendable private func list(_ call: Call, _ page: Page) async throws -> Reply {
        let name = call.capture("role_name")
        guard let role = try await roles.load(name, from: call.storage) else { throw AppRoleErrors.unknownRole(name) }
        return try await call.list(SecretIDs.accessors(of: role), page)
    }

    // MARK: those there are

    /// How a caller names a secret id.
    private enum Naming {
        case secretID, accessor

        struct Input: Sendable {
            var name = ""
        }

        var schema: Schema<Input> {
            switch self {
            case .secretID: Schema({ Input() }, [Field("secret_id", \.name, "The secret id.").secret])
            case .accessor: Schema({ Input() }, [Field("secret_id_accessor", \.name, "Accessor of the secret id.")])
            }
        }

        var missing: EngineError {
            switch self {
            case .secretID: AppRoleErrors.missingSecretID
            case .accessor: AppRoleErrors.missingAccessor
            }
        }
    }

    private func lookup(_ name: String, _ id: String, _ naming: Naming) -> Path {
        let synopsis = "Show what is known of a secret id."
        return path(
            name + "/lookup", synopsis, PathTraits(),
            [
                Verb(.update, id, synopsis, naming.schema) { call, input in
                    let found = try await find(input.name, naming, call) { _, _, _, _ in }
                    return found.map { .data(SecretID.schema.encodeForReading($0)) } ?? .empty
                }
            ])
    }

    private func destruction(_ name: String, _ id: String, _ naming: Naming) -> Path {
        let synopsis = "Destroy a secret id."
        let destroy: @Sendable (Call, Naming.Input) async throws -> Reply = { call, input in
            _ = try await find(input.name, naming, call) { secretID, hash, role, transaction in
                SecretIDs.remove(secretID, hash, of: role, in: &transaction)
            }
            return .empty
        }
        return path(
            name + "/destroy", synopsis, .traits { $0.readsBodyOfDelete = true },
            [
                Verb(.update, id, synopsis, naming.schema, destroy),
                Verb(.delete, id + "2", synopsis, naming.schema, destroy),
            ])
    }

    /// The secret id that a caller named, after `act` did something to it in the same commit.
    ///
    /// Nil when there is none; an accessor of none is an error, as in Vault.
    private func find(
        _ name: String, _ naming: Naming, _ call: Call,
        _ act: @Sendable (SecretID, String, Role, inout Transaction) -> Void
    ) async throws -> SecretID? {
        if name.isEmpty { throw naming.missing }
        return try await transaction(call) { role, transaction in
            let hash: String? =
                switch naming {
                case .secretID: role.hash(name)
                case .accessor: try await SecretIDs.hash(accessor: name, of: role, in: &transaction)
                }
            if let hash, let found = try await SecretIDs.load(hash, of: role, in: &transaction, at: call.now) {
                act(found, hash, role, &transaction)
                return found
            }
            if case .accessor = naming { throw AppRoleErrors.unknownAccessor }
            return nil
        }
    }

    /// A transaction that holds only as long as the role is as it was read.
    private func transaction<R>(
        _ call: Call, _ body: (Role, inout Transaction) async throws -> R
    ) async throws -> R {
        let name = call.capture("role_name")
        return try await call.storage.transaction { transaction in
            guard let role = try await roles.load(name, in: &transaction) else { throw AppRoleErrors.unknownRole(name) }
            return try await body(role, &transaction)
        }
    }
}
