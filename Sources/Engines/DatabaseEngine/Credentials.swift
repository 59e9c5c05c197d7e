internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// `creds/:name`: users made on demand, and their leases.
struct Credentials: Sendable {
    let mount: DatabaseMount

    /// The database lets the user in a little longer than the lease says.
    private static let margin: Duration = .seconds(5)

    var path: Path {
        Path(
            "creds/:name", "Request database credentials for a certain role.",
            description: "Makes a user, which is removed when its lease ends.",
            captures: ["name": "Name of the role."],
            [Verb(.read, "generate-credentials", "Make a user.", make)])
    }

    private func make(_ call: Call) async throws -> Reply {
        let name = call.capture("name")
        guard let role = try await Role.records.load(name, from: mount.storage) else {
            throw DatabaseErrors.unknownRole(name)
        }
        let database = try await mount.open(role.connection)
        guard database.connection.allows(name) else { throw DatabaseErrors.notAllowed(name) }
        let expiration = mount.now + lifetime(role, wanted: .zero, age: .zero, call.mount) + Self.margin
        let made = try await made(
            try role.source(call.clock, call.random), for: call.caller?.displayName ?? "", role: name, expiration,
            database)
        let user = NewDatabaseUser(
            username: made.username, credential: made.credential, expiration: expiration,
            statements: role.creation.unpacked, rollback: role.rollback.unpacked)
        let entry = try await writeAhead(user, role)
        do throws(DatabaseFailure) {
            try await database.call(made.secrets) { (plugin) async throws(DatabaseFailure) in
                try await plugin.createUser(user)
            }
        } catch {
            // Refused: there is no user. Otherwise the tick finds out.
            if error.reason != .unreachable { try await mount.storage.delete(entry) }
            throw DatabaseErrors.failed(error)
        }
        var data = made.answer
        data["username"] = .string(made.username)
        var reply = Reply.data(data)
        reply.lease = .grant(
            LeaseGrant(
                ttl: role.defaultTTL, maximumTTL: role.maximumTTL,
                internalData: [
                    "username": .string(made.username), "role": .string(name), "db_name": .string(role.connection),
                    "revocation_statements": role.revocation.wire,
                ], settles: entry))
        return reply
    }

    private func writeAhead(_ user: NewDatabaseUser, _ role: Role) async throws -> StorageKey {
        let now = mount.now
        let record = WriteAhead.User(
            username: user.username, connection: role.connection, revocation: role.revocation, made: now.nanoseconds)
        let key = WriteAhead.users + (try mount.context.random.uuid())
        try await mount.storage.put(key, WriteAhead.encoded(record, WriteAhead.User.schema))
        mount.planTick(at: now + WriteAhead.userPatience)
        return key
    }

    private struct Made {
        var username: String
        var credential: DatabaseCredential
        /// All that the caller is told, but the name.
        var answer: JSONObject
        /// What no error may hold.
        var secrets: [String]
    }

    private func made(
        _ source: CredentialSource, for displayName: String, role: String, _ expiration: Timestamp,
        _ database: OpenDatabase
    ) async throws -> Made {
        try database.requireSupport(of: source.kind)
        if case .certificate(let certificates) = source {
            let issued = try await certificates.issue(
                displayName: displayName, role: role, until: expiration, mount.context)
            // Databases find the user of a certificate by its common name.
            return Made(username: issued.commonName, credential: .certificate, answer: issued.answer, secrets: [])
        }
        let secret = try await source.secret(for: database.connection, mount.context)
        return Made(
            username: try username(for: displayName, role: role, by: database.names),
            credential: try source.credential(of: secret), answer: [source.field: .string(secret)], secrets: [secret])
    }

    private func username(for displayName: String, role: String, by template: NameTemplate) throws -> String {
        let name: String
        do {
            name = try template.render(displayName: displayName, role: role)
        } catch {
            throw DatabaseErrors.username(error.reason)
        }
        if name.isEmpty { throw DatabaseErrors.emptyUsername }
        return name
    }

    /// From now, as the lease will have it.
    private func lifetime(
        _ role: Role, wanted: Duration, age: Duration, _ reference: MountReference
    ) -> Duration {
        let maximum = role.maximumTTL > .zero ? min(role.maximumTTL, reference.maximumTTL) : reference.maximumTTL
        let usual = role.defaultTTL > .zero ? role.defaultTTL : reference.defaultTTL
        return max(min(wanted > .zero ? wanted : usual, maximum - age), .zero)
    }

    // MARK: leases

    func renew(_ lease: LeaseCall) async throws -> LeaseGrant {
        let data = lease.grant.internalData
        guard let role = try await Role.records.load(data["role"]?.stringValue ?? "", from: mount.storage) else {
            throw DatabaseErrors.renewedRoleIsGone
        }
        let age = max(mount.now - lease.issueTime, .zero)
        let lifetime = lifetime(role, wanted: lease.increment, age: age, lease.mount)
        // At its end a lease keeps the end it has, and so does its user.
        if lifetime > .zero {
            let database = try await mount.open(data["db_name"]?.stringValue ?? "")
            let (username, expiration) = (data["username"]?.stringValue ?? "", mount.now + lifetime + Self.margin)
            do throws(DatabaseFailure) {
                try await database.call { (plugin) async throws(DatabaseFailure) in
                    try await plugin.changeExpiration(of: username, to: expiration, statements: role.renewal.unpacked)
                }
            } catch {
                throw DatabaseErrors.failed(error)
            }
        }
        var grant = lease.grant
        (grant.ttl, grant.maximumTTL) = (role.defaultTTL, role.maximumTTL)
        return grant
    }

    func revoke(_ lease: LeaseCall) async throws {
        let data = lease.grant.internalData
        let role = try await Role.records.load(data["role"]?.stringValue ?? "", from: mount.storage)
        let statements =
            role?.revocation.unpacked ?? TextList(wire: data["revocation_statements"] ?? .null)?.unpacked ?? []
        try await remove(
            data["username"]?.stringValue ?? "", from: data["db_name"]?.stringValue ?? "", statements: statements)
    }

    private func remove(_ username: String, from connection: String, statements: [String]) async throws {
        let outages = Outages(mount: mount)
        if let outage = outages.outage(of: connection) { throw DatabaseErrors.failed(outage) }
        let database = try await mount.open(connection)
        do throws(DatabaseFailure) {
            try await database.call { (plugin) async throws(DatabaseFailure) in
                try await plugin.deleteUser(username, statements: statements)
            }
        } catch {
            if error.reason == .unreachable || error.reason == .loginRefused {
                try await outages.note(connection, error)
            }
            throw DatabaseErrors.failed(error)
        }
    }

    // MARK: by itself

    /// Removes users that never got a lease; when there is more to do, nil for never.
    func tick(_ now: Timestamp) async throws -> Timestamp? {
        var next: Timestamp?
        for name in try await mount.storage.children(of: WriteAhead.users) {
            let key = WriteAhead.users + name
            guard let user = try await WriteAhead.load(key, WriteAhead.User.schema, from: mount.storage) else {
                continue
            }
            let due = Timestamp(nanoseconds: user.made) + WriteAhead.userPatience
            if due > now {
                next = earlier(next, due)
                continue
            }
            do {
                try await remove(user.username, from: user.connection, statements: user.revocation.unpacked)
                try await mount.storage.delete(key)
            } catch {
                next = earlier(next, now + .seconds(60))
            }
        }
        return next
    }
}
