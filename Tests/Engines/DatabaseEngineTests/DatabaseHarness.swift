import CofferBase
import CofferFramework
import CofferJSON
import CofferStorage
import DatabaseEngine
import Synchronization
import TestSupport

/// A database mount over a fake database.
struct DatabaseHarness: Sendable {
    let engine: EngineHarness
    let database: FakeDatabase
    let retries: Retries

    final class Retries: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    /// - Parameter sharing: the mount before a restart.
    init(_ database: FakeDatabase = FakeDatabase(), sharing other: DatabaseHarness? = nil) async throws {
        let retries = Retries()
        self.retries = retries
        self.database = other?.database ?? database
        let services = EngineServices(
            generatePassword: EngineServices.forTests.generatePassword, retryRevocations: { _ in retries.add() })
        engine = try await EngineHarness(
            Database.kind([self.database.kind]), at: "database/", services: services, sharing: other?.engine)
    }

    static func configured(_ more: JSONObject = [:]) async throws -> DatabaseHarness {
        let harness = try await DatabaseHarness()
        try await harness.configure(more)
        return harness
    }

    func configure(_ more: JSONObject = [:]) async throws {
        var fields: JSONObject = [
            "plugin_name": "fake-database-plugin", "username": "root", "password": "first", "allowed_roles": "*",
        ]
        for member in more.members { fields[member.key] = member.value }
        try await engine.write("config/main", fields)
        try await engine.write("roles/app", ["db_name": "main", "creation_statements": "a, b; c"])
    }

    /// The mount after the server ended and began again.
    func restarted() async throws -> DatabaseHarness { try await DatabaseHarness(sharing: self) }

    func tick() async throws -> Timestamp? {
        guard let periodic = engine.engine as? any PeriodicEngine else { return nil }
        return try await periodic.tick(
            PeriodicCall(
                mount: engine.mount, namespace: .root, storage: engine.storage, clock: engine.clock,
                random: engine.random))
    }

    /// A user, and the lease that the pipeline would register for it.
    func credentials(_ role: String = "app") async throws -> (username: String, grant: LeaseGrant) {
        let reply = try await engine.read("creds/\(role)")
        guard case .grant(let grant)? = reply.lease, let username = reply.data?["username"]?.stringValue else {
            throw EngineError.internal("the answer holds no lease")
        }
        return (username, grant)
    }

    /// What the registration of the lease does.
    func settle(_ grant: LeaseGrant) async throws {
        if let key = grant.settles { try await engine.storage.delete(key) }
    }

    func call(_ grant: LeaseGrant, increment: Duration = .zero) -> LeaseCall {
        LeaseCall(
            id: "database/creds/app/x", grant: grant, issueTime: engine.clock.now, increment: increment,
            mount: engine.mount, namespace: .root, storage: engine.storage, clock: engine.clock, random: engine.random)
    }

    func revoke(_ grant: LeaseGrant) async throws { try await leasing?.revoke(call(grant)) }

    var leasing: (any LeasingEngine)? { engine.engine as? any LeasingEngine }

    func entries(_ folder: StorageKey) async throws -> Int { try await engine.storage.children(of: folder).count }
}

let away = DatabaseFailure(.unreachable, "nobody answers")
