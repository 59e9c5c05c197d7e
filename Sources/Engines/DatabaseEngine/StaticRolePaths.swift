internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// `static-roles/`, `static-creds/` and `rotate-role/`.
struct StaticRolePaths: Sendable {
    let mount: DatabaseMount
    let rotation: StaticRotation

    private static let synopsis = "Manage the static roles that can be created with this backend."
    private static let nameHelp = ["name": "Name of the static role."]

    /// Beside the fields of the role: what only a creation takes.
    struct Import: Sendable {
        var password: String?
        var isRotationSkipped = false

        static let schema = Schema<Import>(
            { Import() },
            [
                Field("password", \.password, "The account's present password.").secret,
                Field(
                    "skip_import_rotation", \.isRotationSkipped,
                    "Whether the account keeps it until the first rotation."),
            ])
    }

    var paths: [Path] { [list, one, credentials, rotate] }

    private var list: Path {
        Path(
            "static-roles", Self.synopsis,
            [
                Verb(.list, "list-static-roles", "List the static roles.", Page.schema) { call, page in
                    try await call.list("static-role/", page)
                }
            ])
    }

    private var one: Path {
        Path(
            "static-roles/:name", Self.synopsis,
            description: "The account gets a new password at once, unless skip_import_rotation is given, and then by "
                + "its period or schedule.",
            captures: Self.nameHelp,
            exists: { call in try await call.storage.get(StaticRole.key(call.capture("name"))) != nil },
            [
                Verb(.read, "read-static-role", "Read a static role.") { call in
                    guard let role = try await StaticRole.load(call.capture("name"), from: mount.storage) else {
                        throw EngineError.notFound
                    }
                    return .data(role.shown(try role.source(mount.context)))
                },
                Verb(
                    .update, "write-static-role", "Create or update a static role.",
                    input: StaticRole.wire.descriptors + Import.schema.descriptors, write),
                Verb(.delete, "delete-static-role", "Delete a static role; the account stays.") { call in
                    let name = call.capture("name")
                    return try await mount.turns.take("static/" + name) {
                        try await call.storage.transaction { transaction in
                            transaction.delete(StaticRole.key(name))
                            transaction.delete(WriteAhead.staticKey(name))
                        }
                        return .empty
                    }
                },
            ])
    }

    private var credentials: Path {
        Path(
            "static-creds/:name", "Request database credentials for a certain static role.",
            description: "The password that counts now, and how long it will.", captures: Self.nameHelp,
            [
                Verb(.read, "read-static-role-credentials", "Read the credentials of a static role.") { call in
                    let name = call.capture("name")
                    guard let role = try await StaticRole.load(name, from: mount.storage) else {
                        throw DatabaseErrors.unknownRole(name)
                    }
                    guard try await mount.connection(role.connection).allows(name) else {
                        throw DatabaseErrors.notAllowed(name)
                    }
                    return .data(role.credentials(at: mount.now))
                }
            ])
    }

    private var rotate: Path {
        Path(
            "rotate-role/:name", "Request to rotate the credentials for a static user account.",
            captures: Self.nameHelp,
            [
                Verb(.update, "rotate-static-role-credentials", "Rotate the credentials now.") { call in
                    let name = call.capture("name")
                    guard try await StaticRole.load(name, from: mount.storage) != nil else {
                        throw DatabaseErrors.noStaticRole(name)
                    }
                    try await rotation.rotate(name)
                    return .empty
                }
            ])
    }

    private func write(_ call: Call) async throws -> Reply {
        let name = call.capture("name")
        return try await mount.turns.take("static/" + name) {
            if try await call.storage.get(Role.key(name)) != nil { throw DatabaseErrors.namesMustDiffer }
            if let stored = try await StaticRole.load(name, from: call.storage) {
                try await update(name, stored, call.fields)
            } else {
                try await create(name, call.fields)
            }
            return .empty
        }
    }

    private func create(_ name: String, _ fields: JSONObject) async throws {
        var role = try StaticRole.wire.decode(fields)
        if role.connection.isEmpty { throw DatabaseErrors.noStaticDatabaseName }
        if role.username.isEmpty { throw DatabaseErrors.noStaticUsername }
        if role.rotation.isEmpty { throw DatabaseErrors.noRotation }
        try role.rotation.check()
        let source = try role.source(mount.context)
        let database = try await mount.open(role.connection)
        guard database.connection.allows(name) else { throw DatabaseErrors.notAllowed(name) }
        try database.requireSupport(of: source.kind)
        let given = try Import.schema.decode(fields)
        if let password = given.password, !password.isEmpty {
            if source.kind != .password { throw DatabaseErrors.noKeyImport }
            guard try await database.accepts(password, of: role.username) else {
                throw DatabaseErrors.passwordIsNotAccepted
            }
            role.secret = password
        }
        role.nextRotation = role.rotation.next(after: mount.now)?.nanoseconds ?? 0
        if given.isRotationSkipped {
            try await mount.storage.put(StaticRole.key(name), role.encoded())
        } else {
            try await rotation.create(name, role)
        }
        mount.planTick(at: Timestamp(nanoseconds: role.nextRotation))
    }

    private func update(_ name: String, _ stored: StaticRole, _ fields: JSONObject) async throws {
        var role = stored
        // A period given in place of a schedule, or the other way round, replaces it.
        if fields["rotation_period"] != nil && fields["rotation_schedule"] == nil { role.rotation = RotationPlan() }
        if fields["rotation_schedule"] != nil && fields["rotation_period"] == nil { role.rotation.period = .zero }
        try StaticRole.wire.merge(fields, into: &role)
        if role.connection.isEmpty { throw DatabaseErrors.noStaticDatabaseName }
        if role.username != stored.username { throw DatabaseErrors.usernameIsFixed }
        if role.credentialType != stored.credentialType { throw DatabaseErrors.credentialTypeIsFixed }
        _ = try role.source(mount.context)
        if role.rotation.isEmpty { throw DatabaseErrors.noRotation }
        try role.rotation.check()
        if role.rotation != stored.rotation {
            let last = role.lastRotation > 0 ? Timestamp(nanoseconds: role.lastRotation) : mount.now
            let base = role.rotation.schedule.isEmpty ? last : mount.now
            role.nextRotation = role.rotation.next(after: base)?.nanoseconds ?? 0
        }
        try await mount.storage.put(StaticRole.key(name), role.encoded())
        mount.planTick(at: Timestamp(nanoseconds: role.nextRotation))
    }
}
