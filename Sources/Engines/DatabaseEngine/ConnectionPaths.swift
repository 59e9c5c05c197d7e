internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// `config/`, `reset/`, `reload/`: how databases are reached.
struct ConnectionPaths {
    let mount: DatabaseMount

    private static let nameHelp = ["name": "Name of this database connection."]
    private static let synopsis = "Configure connection details to a database plugin."

    var paths: [Path] { [list, one, reset, reload] }

    private var list: Path {
        Path(
            "config", Self.synopsis,
            [
                Verb(.list, "list-connections", "List the connections.", Page.schema) { call, page in
                    try await call.list("config/", page)
                }
            ])
    }

    private var one: Path {
        Path(
            "config/:name", Self.synopsis,
            description: "Beside the fields named here a configuration takes those of its plugin: connection_url, "
                + "username, password, limits of connections, TLS. Passwords and keys are never read back.",
            captures: Self.nameHelp,
            exists: { call in try await call.storage.get(DatabaseMount.configurationKey(call.capture("name"))) != nil },
            [
                Verb(.read, "read-connection-configuration", "Read a connection.", read),
                Verb(
                    .update, "configure-connection", "Configure a connection.", input: Connection.schema.descriptors,
                    takesAnyField: true, write),
                Verb(.delete, "delete-connection-configuration", "Delete a connection.") { call in
                    let name = call.capture("name")
                    try await mount.turns.take("root/" + name) {
                        try await call.storage.transaction { transaction in
                            transaction.delete(DatabaseMount.configurationKey(name))
                            transaction.delete(WriteAhead.rootKey(name))
                        }
                    }
                    mount.close(name)
                    return .empty
                },
            ])
    }

    private var reset: Path {
        Path(
            "reset/:name", "Resets a database plugin.",
            description: "Closes the connection and makes it anew from its configuration.", captures: Self.nameHelp,
            [
                Verb(.update, "reset-connection", "Reset a connection.") { call in
                    mount.close(call.capture("name"))
                    _ = try await mount.open(call.capture("name"))
                    return .empty
                }
            ])
    }

    private var reload: Path {
        Path(
            "reload/:plugin_name", "Reloads all connections that use a named plugin.",
            captures: ["plugin_name": "Name of the database plugin."],
            [
                Verb(.update, "reload-plugin", "Reload the connections of a plugin.") { call in
                    var reloaded: [String] = []
                    for name in try await call.storage.children(of: "config/") {
                        guard try await mount.connection(name).pluginName == call.capture("plugin_name") else {
                            continue
                        }
                        mount.close(name)
                        reloaded.append(name)
                    }
                    return .data(["connections": .strings(reloaded), "count": .int(reloaded.count)])
                }
            ])
    }

    private func read(_ call: Call) async throws -> Reply {
        guard let bytes = try await call.storage.get(DatabaseMount.configurationKey(call.capture("name"))) else {
            throw EngineError.notFound
        }
        let connection = try Connection(encoded: bytes)
        // A plugin that this build lacks may have had secrets of any name.
        guard let (kind, _) = mount.kind(of: connection.pluginName) else { throw DatabaseErrors.unknownPlugin }
        return .data(connection.shown(hiding: kind.secretFields))
    }

    /// Stores a configuration once it was seen to work; a rotation of its password waits meanwhile.
    private func write(_ call: Call) async throws -> Reply {
        let name = call.capture("name")
        return try await mount.turns.take("root/" + name) {
            let connection = try await merged(name, call)
            let database = try mount.make(connection, name: name)
            if connection.verifies {
                do throws(DatabaseFailure) {
                    try await database.call { (plugin) async throws(DatabaseFailure) in try await plugin.verify() }
                } catch {
                    throw DatabaseErrors.cannotConnect(error)
                }
            }
            try await call.storage.transaction { transaction in
                transaction.put(DatabaseMount.configurationKey(name), connection.encoded())
                // Whoever writes a password says which one counts.
                if call.fields["password"] != nil { transaction.delete(WriteAhead.rootKey(name)) }
            }
            mount.close(name)
            if connection.nextRotation > 0 { mount.planTick(at: Timestamp(nanoseconds: connection.nextRotation)) }
            let url = connection.details["connection_url"]?.stringValue ?? ""
            return ConnectionURL.holdsPassword(url) ? Reply.empty.warning(DatabaseErrors.passwordInURL) : .empty
        }
    }

    private func merged(_ name: String, _ call: Call) async throws -> Connection {
        let stored = try await call.storage.get(DatabaseMount.configurationKey(name))
        var connection = try stored.map { try Connection(encoded: $0) } ?? Connection()
        let plan = connection.rotation
        try connection.merge(call.fields)
        if connection.pluginName.isEmpty { throw DatabaseErrors.noPluginName }
        if !connection.pluginVersion.isEmpty { throw DatabaseErrors.noVersions }
        try connection.rotation.check()
        connection.revision += 1
        if connection.rotation != plan || call.fields["disable_automated_rotation"] != nil {
            let next = connection.isRotationDisabled ? nil : connection.rotation.next(after: mount.now)
            connection.nextRotation = next?.nanoseconds ?? 0
        }
        return connection
    }
}
