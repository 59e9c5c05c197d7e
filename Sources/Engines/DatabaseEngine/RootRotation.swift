internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// New passwords for the configured account itself: by hand, by plan, and after a crash.
struct RootRotation: Sendable {
    let mount: DatabaseMount

    var path: Path {
        Path(
            "rotate-root/:name", "Request to rotate the root credentials for a certain database connection.",
            description: "Nobody learns the new password; the old one stops working.",
            captures: ["name": "Name of this database connection."],
            [
                Verb(.update, "rotate-root-credentials", "Rotate the root credentials.") { call in
                    try await rotate(call.capture("name"))
                    return .empty
                }
            ])
    }

    /// Sets a new password and stores it, once the database was seen to take it.
    func rotate(_ name: String) async throws {
        try await mount.turns.take("root/" + name) {
            try await settle(name)
            let database = try await mount.open(name)
            let connection = database.connection
            if connection.username.isEmpty { throw DatabaseErrors.noRootUsername }
            if connection.password.isEmpty { throw DatabaseErrors.noRootPassword }
            let new = try await mount.context.services.generatePassword(connection.passwordPolicy)
            try await mount.storage.put(
                WriteAhead.rootKey(name), WriteAhead.encoded(.init(password: new), WriteAhead.Password.schema))
            mount.planTick(at: mount.now + .seconds(10))
            do throws(DatabaseFailure) {
                try await database.call([new]) { (plugin) async throws(DatabaseFailure) in
                    try await plugin.changeCredential(
                        of: connection.username, to: .password(new),
                        statements: connection.rootRotationStatements.unpacked)
                }
            } catch {
                // Refused: the old password counts. Otherwise only the database knows.
                if error.reason != .unreachable { try await mount.storage.delete(WriteAhead.rootKey(name)) }
                throw DatabaseErrors.failed(error)
            }
            switch try await settle(name) {
            case .finished: return
            case .undone: throw DatabaseErrors.rotationIgnored
            case .open: throw DatabaseErrors.rotationUnseen
            }
        }
    }

    private enum Outcome {
        case finished, undone
        /// The database lets the account in with neither password.
        case open
    }

    /// Finishes or undoes a rotation that was begun, as the database says.
    @discardableResult
    private func settle(_ name: String) async throws -> Outcome {
        let key = WriteAhead.rootKey(name)
        guard let begun = try await WriteAhead.load(key, WriteAhead.Password.schema, from: mount.storage) else {
            return .finished
        }
        let database = try await mount.open(name)
        if try await accepts(begun.password, database) {
            try await publish(begun.password, name)
            return .finished
        }
        guard try await accepts(database.connection.password, database) else { return .open }
        try await mount.storage.delete(key)
        return .undone
    }

    private func accepts(_ password: String, _ database: OpenDatabase) async throws -> Bool {
        try await database.accepts(password, of: database.connection.username)
    }

    private func publish(_ password: String, _ name: String) async throws {
        let now = mount.now
        let next: Int64? = try await mount.storage.transaction { transaction in
            transaction.delete(WriteAhead.rootKey(name))
            guard let bytes = try await transaction.get(DatabaseMount.configurationKey(name)) else { return nil }
            var connection = try Connection(encoded: bytes)
            connection.details["password"] = .string(password)
            connection.revision += 1
            connection.lastRotation = now.nanoseconds
            let plan = connection.isRotationDisabled ? nil : connection.rotation.next(after: now)
            connection.nextRotation = plan?.nanoseconds ?? 0
            transaction.put(DatabaseMount.configurationKey(name), connection.encoded())
            return plan?.nanoseconds
        }
        mount.close(name)
        if let next { mount.planTick(at: Timestamp(nanoseconds: next)) }
    }

    // MARK: by itself

    /// Settles what a crash left, and rotates what is due; when there is more to do, nil for never.
    func tick(_ now: Timestamp) async throws -> Timestamp? {
        var next: Timestamp?
        for name in try await mount.storage.children(of: WriteAhead.roots) {
            let outcome = try? await mount.turns.take("root/" + name) { try await settle(name) }
            if outcome == nil || outcome == .open { next = earlier(next, now + .seconds(10)) }
        }
        for name in try await mount.storage.children(of: "config/") {
            guard let connection = try? await mount.connection(name), connection.nextRotation > 0 else { continue }
            next = earlier(next, try await rotateIfDue(name, connection, now))
        }
        return next
    }

    private func rotateIfDue(_ name: String, _ connection: Connection, _ now: Timestamp) async throws -> Timestamp? {
        let due = Timestamp(nanoseconds: connection.nextRotation)
        if due > now { return due }
        if connection.rotation.hasMissed(due, at: now) {
            let next = connection.rotation.next(after: now)
            try await mount.storage.transaction { transaction in
                guard let bytes = try await transaction.get(DatabaseMount.configurationKey(name)) else { return }
                var connection = try Connection(encoded: bytes)
                connection.nextRotation = next?.nanoseconds ?? 0
                transaction.put(DatabaseMount.configurationKey(name), connection.encoded())
            }
            return next
        }
        do {
            try await rotate(name)
            return (try? await mount.connection(name)).flatMap {
                $0.nextRotation > 0 ? Timestamp(nanoseconds: $0.nextRotation) : nil
            }
        } catch {
            return now + .seconds(10)
        }
    }
}

/// The earlier of two times, of which either may be missing.
func earlier(_ left: Timestamp?, _ right: Timestamp?) -> Timestamp? {
    guard let left, let right else { return left ?? right }
    return min(left, right)
}
