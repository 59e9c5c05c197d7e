internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage
internal import Synchronization

/// What the parts of one mount share: its storage, its open connections, and turns.
final class DatabaseMount: Sendable {
    let context: EngineContext
    let turns = Turns()
    /// Why databases are known to be away, by connection; see `Outages`.
    let outages = Mutex<[String: DatabaseFailure]>([:])
    private let kinds: [DatabaseKind]
    private let opened = Mutex<[String: OpenDatabase]>([:])
    private let plannedTick = Mutex<Timestamp?>(nil)

    init(_ context: EngineContext, kinds: [DatabaseKind]) {
        self.context = context
        self.kinds = kinds
    }

    var storage: StorageView { context.storage }
    var now: Timestamp { context.clock.now }

    static func configurationKey(_ name: String) -> StorageKey { StorageKey("config/" + name) }

    // MARK: connections

    func kind(of plugin: String) -> (kind: DatabaseKind, plugin: DatabaseKind.Plugin)? {
        for kind in kinds {
            if let plugin = kind.plugins.first(where: { $0.name == plugin }) { return (kind, plugin) }
        }
        return nil
    }

    /// - Throws: when there is no such configuration.
    func connection(_ name: String) async throws -> Connection {
        guard let bytes = try await storage.get(Self.configurationKey(name)) else {
            throw DatabaseErrors.notConfigured(name)
        }
        return try Connection(encoded: bytes)
    }

    /// The database of a stored configuration, made now or used before.
    func open(_ name: String) async throws -> OpenDatabase {
        let connection = try await connection(name)
        if let open = opened.withLock({ $0[name] }), open.connection.revision == connection.revision { return open }
        let made = try make(connection, name: name)
        return opened.withLock { opened in
            if let other = opened[name], other.connection.revision >= connection.revision { return other }
            opened[name] = made
            return made
        }
    }

    /// A database that is not connected yet.
    func make(_ connection: Connection, name: String) throws(EngineError) -> OpenDatabase {
        guard let (kind, plugin) = kind(of: connection.pluginName) else { throw DatabaseErrors.unknownPlugin }
        guard let template = String(wire: connection.details["username_template"] ?? .null) else {
            throw DatabaseErrors.template("it is no text")
        }
        let names: NameTemplate
        do {
            names = try NameTemplate(
                template.isEmpty ? plugin.usernameTemplate : template, clock: context.clock, random: context.random)
        } catch {
            throw DatabaseErrors.template(error.reason)
        }
        do {
            return OpenDatabase(
                connection: connection, names: names, credentials: kind.credentials,
                plugin: try kind.make(connection.details))
        } catch {
            throw DatabaseErrors.cannotMake(error.without(connection.secrets))
        }
    }

    /// Forgets an open connection; the next use makes it anew.
    func close(_ name: String) { opened.withLock { _ = $0.removeValue(forKey: name) } }

    // MARK: work of its own

    /// Asks for a tick at this time, unless one comes sooner anyway.
    func planTick(at time: Timestamp) {
        let isSooner = plannedTick.withLock { planned in
            if let planned, planned <= time { return false }
            planned = time
            return true
        }
        if isSooner { context.wake(time) }
    }

    func tickBegins() { plannedTick.withLock { $0 = nil } }
}

/// A configuration and what was made from it.
struct OpenDatabase: Sendable {
    let connection: Connection
    let names: NameTemplate
    /// The kinds that the plugin can work with.
    let credentials: Set<DatabaseCredential.Kind>
    let plugin: any DatabasePlugin

    /// Calls the plugin; what it says of a failure is cleaned of the secrets that it was given.
    func call<R>(
        _ secrets: [String] = [], _ body: (any DatabasePlugin) async throws(DatabaseFailure) -> R
    ) async throws(DatabaseFailure) -> R {
        do {
            return try await body(plugin)
        } catch {
            throw error.without(connection.secrets + secrets)
        }
    }

    func requireSupport(of kind: DatabaseCredential.Kind) throws(EngineError) {
        if !credentials.contains(kind) { throw DatabaseErrors.unsupportedCredential(kind) }
    }

    /// Whether the database lets this account in with this password.
    func accepts(_ password: String, of username: String) async throws(EngineError) -> Bool {
        do {
            return try await call([password]) { (plugin) async throws(DatabaseFailure) in
                try await plugin.accepts(password, of: username)
            }
        } catch {
            throw DatabaseErrors.failed(error)
        }
    }
}

extension Connection {
    /// Texts that no error may hold.
    var secrets: [String] { [password, details["connection_url"]?.stringValue ?? ""] }
}

extension DatabaseFailure {
    /// The same failure without these texts, should a library have repeated one.
    func without(_ secrets: [String]) -> DatabaseFailure {
        var text = text
        for secret in secrets where secret.utf8.count > 2 {
            text = text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "***")
        }
        return DatabaseFailure(reason, text)
    }
}
