import CofferJSON
import CofferStorage
import ServerHarness
import TestSupport

/// A server with an engine that gives out leased users, mounted at `db/`.
struct LeaseServer {
    let server: ServerHarness
    let target: CredentialTarget

    init() async throws {
        target = CredentialTarget()
        server = try await .unsealed(engines: [CredentialEngine.kind(target)])
        try await server.ok("POST", "sys/mounts/db", ["type": "credentials"])
        try await server.policy("app", "path \"+/creds/*\" { capabilities = [\"read\"] }")
    }

    /// A new user, and the id of its lease.
    func lease(_ query: String = "ttl=1h", token: String = "root", mount: String = "db") async throws -> String {
        let answer = await server.send("GET", mount + "/creds/app", token: token, query: query)
        guard let id = answer["lease_id"]?.stringValue, !id.isEmpty else {
            throw UnexpectedLease(text: answer.text)
        }
        return id
    }

    func lookup(_ id: String) async -> ServerAnswer {
        await server.send("PUT", "sys/leases/lookup", ["lease_id": .string(id)])
    }

    func exists(_ id: String) async -> Bool { await lookup(id).status == 200 }

    func renew(_ id: String, _ increment: JSON) async -> ServerAnswer {
        await server.send("PUT", "sys/leases/renew", ["lease_id": .string(id), "increment": increment])
    }

    /// Returns when the reaper has done all that is due and sleeps.
    func settle() async throws { try await server.settle() }

    /// Moves time, and waits for what the reaper does about it.
    func advance(_ seconds: Int64) async throws {
        try await settle()
        server.clock.advance(by: .seconds(seconds))
        try await settle()
    }

    /// The names of all stored entries below a path of the barrier.
    func entries(_ prefix: StorageKey) async throws -> [String] {
        try await server.storage.scan(prefix, after: nil, limit: .max).map(\.description)
    }
}

struct UnexpectedLease: Error { let text: String }
