internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// New passwords of static roles: by hand, by plan, and after a crash.
///
/// A new password is written ahead, set, seen to work, and only then published. Whatever fails in between, the
/// same password is set again until it was seen to work: none is ever set that is not written down.
struct StaticRotation: Sendable {
    let mount: DatabaseMount

    private static let retry: Duration = .seconds(10)

    func rotate(_ name: String) async throws {
        try await mount.turns.take("static/" + name) {
            guard let role = try await StaticRole.load(name, from: mount.storage) else { return }
            try await setPassword(name, role, isNew: false)
        }
    }

    /// Stores a role together with its first password. The caller holds the role's turn.
    func create(_ name: String, _ role: StaticRole) async throws {
        do {
            try await setPassword(name, role, isNew: true)
        } catch {
            // Nobody has been told of the role: another attempt sets another password.
            try await mount.storage.delete(WriteAhead.staticKey(name))
            throw error
        }
    }

    private func setPassword(_ name: String, _ role: StaticRole, isNew: Bool) async throws {
        let database = try await mount.open(role.connection)
        let secret = try await writtenAhead(name, role, isNew: isNew, database)
        let credential = try role.source(mount.context).credential(of: secret)
        do throws(DatabaseFailure) {
            try await database.call([secret, role.secret]) { (plugin) async throws(DatabaseFailure) in
                try await plugin.changeCredential(
                    of: role.username, to: credential, statements: role.rotationStatements.unpacked)
            }
        } catch {
            throw DatabaseErrors.failed(error)
        }
        // With a key nobody here can log in.
        if let password = credential.password {
            guard try await database.accepts(password, of: role.username) else { throw DatabaseErrors.rotationUnseen }
        }
        try await publish(secret, name, role, isNew: isNew)
    }

    /// The password that an interrupted rotation has written down, or a new one that is written down now.
    private func writtenAhead(
        _ name: String, _ role: StaticRole, isNew: Bool, _ database: OpenDatabase
    ) async throws -> String {
        let key = WriteAhead.staticKey(name)
        if !isNew, let begun = try await WriteAhead.load(key, WriteAhead.Password.schema, from: mount.storage) {
            return begun.password
        }
        let source = try role.source(mount.context)
        try database.requireSupport(of: source.kind)
        var entry = WriteAhead.Password(
            password: try await source.secret(for: database.connection, mount.context))
        if isNew { entry.role = StaticRole.stored.encode(role) }
        try await mount.storage.put(key, WriteAhead.encoded(entry, WriteAhead.Password.schema))
        mount.planTick(at: mount.now + Self.retry)
        return entry.password
    }

    private func publish(_ secret: String, _ name: String, _ role: StaticRole, isNew: Bool) async throws {
        let now = mount.now
        let next: Timestamp? = try await mount.storage.transaction { transaction in
            transaction.delete(WriteAhead.staticKey(name))
            let bytes = try await transaction.get(StaticRole.key(name))
            // Deleted meanwhile: only its own creation may bring a role into being.
            if bytes == nil && !isNew { return nil }
            var current = try await StaticRole.load(name, from: mount.storage) ?? role
            current.secret = secret
            current.lastRotation = now.nanoseconds
            let next = current.rotation.next(after: now)
            current.nextRotation = next?.nanoseconds ?? 0
            transaction.put(StaticRole.key(name), current.encoded())
            return next
        }
        if let next { mount.planTick(at: next) }
    }

    // MARK: by itself

    /// Finishes what a crash left, and rotates what is due; when there is more to do, nil for never.
    func tick(_ now: Timestamp) async throws -> Timestamp? {
        var next: Timestamp?
        for name in try await mount.storage.children(of: WriteAhead.statics) {
            if (try? await finish(name)) == nil { next = earlier(next, now + Self.retry) }
        }
        for name in try await mount.storage.children(of: "static-role/") {
            guard let role = try? await StaticRole.load(name, from: mount.storage), role.nextRotation > 0 else {
                continue
            }
            next = earlier(next, try await rotateIfDue(name, role, now))
        }
        return next
    }

    private func finish(_ name: String) async throws {
        try await mount.turns.take("static/" + name) {
            let key = WriteAhead.staticKey(name)
            guard let begun = try await WriteAhead.load(key, WriteAhead.Password.schema, from: mount.storage) else {
                return
            }
            if let role = try await StaticRole.load(name, from: mount.storage) {
                try await setPassword(name, role, isNew: false)
            } else if begun.role.isEmpty {
                try await mount.storage.delete(key)
            } else {
                // The server ended while the role was made: perhaps its password is set, so the role is kept.
                let role = try StaticRole.stored.decode(begun.role)
                try await resume(name, role, begun.password)
            }
        }
    }

    private func resume(_ name: String, _ role: StaticRole, _ secret: String) async throws {
        let database = try await mount.open(role.connection)
        let credential = try role.source(mount.context).credential(of: secret)
        do throws(DatabaseFailure) {
            try await database.call([secret]) { (plugin) async throws(DatabaseFailure) in
                try await plugin.changeCredential(
                    of: role.username, to: credential, statements: role.rotationStatements.unpacked)
            }
        } catch {
            throw DatabaseErrors.failed(error)
        }
        try await publish(secret, name, role, isNew: true)
    }

    private func rotateIfDue(_ name: String, _ role: StaticRole, _ now: Timestamp) async throws -> Timestamp? {
        let due = Timestamp(nanoseconds: role.nextRotation)
        if due > now { return due }
        if role.rotation.hasMissed(due, at: now) {
            return try await mount.turns.take("static/" + name) {
                guard var current = try await StaticRole.load(name, from: mount.storage) else { return nil }
                let next = current.rotation.next(after: now)
                current.nextRotation = next?.nanoseconds ?? 0
                try await mount.storage.put(StaticRole.key(name), current.encoded())
                return next
            }
        }
        do {
            try await rotate(name)
        } catch {
            return now + Self.retry
        }
        let rotated = try await StaticRole.load(name, from: mount.storage)
        return rotated.map { Timestamp(nanoseconds: $0.nextRotation) }
    }
}
