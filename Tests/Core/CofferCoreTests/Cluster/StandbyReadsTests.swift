import CofferBarrier
import CofferBase
import CofferHTTP
import CofferJSON
import CofferStorage
import MemoryStorage
import ServerHarness
import TestSupport
import Testing

@testable import CofferCore

/// A feed that never tells of a change: what a standby would be that does not ask.
private struct DeafFeed: ChangeFeed {
    let base: any ChangeFeed

    func changes(since moment: StorageMoment?) async throws(StorageError) -> StorageChanges {
        let changes = try await base.changes(since: moment)
        return moment == nil ? changes : StorageChanges(moment: changes.moment, keys: [])
    }
}

/// `a` leads; `b` follows, and answers reads itself.
@Suite struct StandbyReadsTests {
    private let storage = MemoryStorage()
    private let clock = ManualClock()
    private let a: ServerHarness
    private let b: ServerHarness
    private let deaf: ServerHarness

    init() {
        let election = MemoryElection(storage, clock: clock)
        a = Self.node("a", storage, clock, election)
        b = Self.node("b", storage, clock, election)
        deaf = Self.node("deaf", storage, clock, election, DeafFeed(base: storage))
    }

    private static func node(
        _ id: String, _ storage: MemoryStorage, _ clock: ManualClock, _ election: MemoryElection,
        _ feed: (any ChangeFeed)? = nil
    ) -> ServerHarness {
        var settings = ClusterSettings(id: id) {
            ClusterCertificate(authority: "a", certificate: "c", key: SecretBytes(copying: Array("k".utf8)))
        }
        settings.steady = { clock.now - Timestamp(seconds: 0) }
        settings.feed = feed ?? storage
        let server = ServerHarness(storage: storage, clock: clock, cluster: Cluster(settings, election: election))
        server.core.controls.apiAddress.replace(with: "http://\(id)")
        return server
    }

    private func start() async throws {
        let made = try await a.core.initialize(
            InitializationPlan(SealConfiguration(shares: 1, threshold: 1), rootTokenID: "root"))
        for node in [a, b] { try await node.core.unseal(with: made.shares[0]) }
        try await a.ok("POST", "sys/mounts/secret", ["type": "kv", "options": ["version": "2"]])
        try await a.ok("POST", "sys/mounts/plain", ["type": "kv", "options": ["version": "1"]])
        try await a.ok("POST", "plain/x", ["k": "v"])
        try await a.policy("reader", #"path "plain/*" { capabilities = ["read", "list"] }"#)
        // It would not hear of the mounts.
        try await deaf.core.unseal(with: made.shares[0])
    }

    private func stop() async {
        for node in [deaf, b, a] { await node.core.sealNow() }
    }

    /// What `b` leaves to the leader: here it sends the client there.
    private let forwarded = 307

    @Test("reads and lists of secrets and lookup-self are answered, everything else is the leader's")
    func answers() async throws {
        try await start()
        #expect(await b.send("GET", "plain/x").data == ["k": "v"])
        #expect(await b.send("LIST", "plain/").keys == ["x"])
        #expect(await b.send("GET", "plain/none").status == 404)
        try await a.ok("POST", "secret/data/s", ["data": ["k": "1"]])
        #expect(await b.send("GET", "secret/data/s").data?["data"] == ["k": "1"])
        #expect(await b.send("LIST", "secret/metadata").keys == ["s"])
        #expect(await b.send("GET", "auth/token/lookup-self").data?["id"] == "root")
        for (method, path) in [
            ("POST", "plain/x"), ("DELETE", "plain/x"), ("GET", "sys/mounts"), ("GET", "cubbyhole/x"),
            ("POST", "secret/data/s"), ("GET", "sys/policies/acl/reader"),
        ] {
            #expect(await b.send(method, path, ["k": "w"]).status == forwarded, "\(method) \(path)")
        }
        #expect(await b.send("GET", "plain/x", headers: [("X-Vault-Wrap-TTL", "60s")]).status == forwarded)
        #expect(await b.send("GET", "plain/x", headers: [("X-Vault-Forward", "active-node")]).status == forwarded)
        await stop()
    }

    @Test("nothing that was written at the leader is missed, and nothing that was deleted is kept")
    func newest() async throws {
        try await start()
        for round in 0..<50 {
            try await a.ok("POST", "plain/x", ["k": .string("\(round)")])
            #expect(await b.send("GET", "plain/x").data == ["k": .string("\(round)")])
        }
        try await a.ok("DELETE", "plain/x")
        #expect(await b.send("GET", "plain/x").status == 404)
        await stop()
    }

    @Test("a revoked token and one whose policy lost its rule are not honoured from the next request on")
    func revoked() async throws {
        try await start()
        let token = try await a.token(["reader"])
        #expect(await b.send("GET", "plain/x", token: token).data == ["k": "v"])
        try await a.policy("reader", #"path "other/*" { capabilities = ["read"] }"#)
        #expect(await b.send("GET", "plain/x", token: token).status == forwarded)
        try await a.policy("reader", #"path "plain/*" { capabilities = ["read"] }"#)
        #expect(await b.send("GET", "plain/x", token: token).status == 200)
        try await a.ok("POST", "auth/token/revoke", ["token": .string(token)])
        #expect(await b.send("GET", "plain/x", token: token).status == forwarded)
        #expect(await b.send("GET", "auth/token/lookup-self", token: token).status == forwarded)
        await stop()
    }

    @Test("a token that ends by its time is not honoured, and one with limited uses is the leader's")
    func limited() async throws {
        try await start()
        let short = try await a.token(["reader"], ["ttl": "60s"])
        let counted = try await a.token(["reader"], ["num_uses": 3])
        #expect(await b.send("GET", "plain/x", token: short).status == 200)
        #expect(await b.send("GET", "plain/x", token: counted).status == forwarded)
        clock.advance(by: .seconds(61))
        #expect(await b.send("GET", "plain/x", token: short).status != 200)
        await stop()
    }

    @Test("a mount that is moved, tuned or removed, and a namespace that is deleted, are followed at once")
    func tables() async throws {
        try await start()
        #expect(await b.send("GET", "plain/x").status == 200)
        try await a.ok("POST", "sys/remount", ["from": "plain", "to": "moved"])
        while await a.send("GET", "moved/x").status != 200 { await Task.yield() }
        #expect(await b.send("GET", "plain/x").status == forwarded)
        #expect(await b.send("GET", "moved/x").data == ["k": "v"])
        try await a.ok("DELETE", "sys/mounts/moved")
        #expect(await b.send("GET", "moved/x").status == forwarded)
        try await a.ok("POST", "sys/namespaces/team")
        try await a.ok("POST", "team/sys/mounts/kv", ["type": "kv"])
        try await a.ok("POST", "team/kv/x", ["k": "n"])
        #expect(await b.send("GET", "team/kv/x").data == ["k": "n"])
        try await a.ok("DELETE", "sys/namespaces/team")
        #expect(await b.send("GET", "team/kv/x").status == forwarded)
        await stop()
    }

    @Test("each read is audited on the standby, and one that cannot be is refused")
    func audit() async throws {
        try await start()
        #expect(await b.send("GET", "plain/x").status == 200)
        try await a.ok("POST", "sys/audit/rec", ["type": "recording"])
        #expect(b.audit.entries.isEmpty)
        #expect(await b.send("GET", "plain/x").status == 200)
        #expect(b.audit.entries.count == 2)
        b.audit.fail(true)
        #expect(await b.send("GET", "plain/x").status == 500)
        b.audit.fail(false)
        try await a.ok("DELETE", "sys/audit/rec")
        #expect(await b.send("GET", "plain/x").status == 200)
        #expect(b.audit.entries.count == 2)
        await stop()
    }

    @Test("an index of a state that the storage has not reached is refused, or forwarded on wish")
    func index() async throws {
        try await start()
        let written = await a.send("POST", "plain/x", ["k": "2"])
        let index = try #require(written.fields["x-vault-index"])
        let read = await b.send("GET", "plain/x", headers: [("X-Vault-Index", index)])
        #expect(read.data == ["k": "2"])
        #expect(read.fields["x-vault-index"] != nil)
        let key = try #require(a.core.clusterKey.value)
        let future = ConsistencyIndex(epoch: 1, version: 1_000_000).text(key)
        for node in [a, b] {
            let refused = await node.send("GET", "plain/x", headers: [("X-Vault-Index", "\(index), \(future)")])
            #expect(refused.status == 412)
            #expect(refused.errors == ["required index state not present"])
        }
        let forwards = [("X-Vault-Index", future), ("X-Vault-Inconsistent", "forward-active-node")]
        #expect(await b.send("GET", "plain/x", headers: forwards).status == forwarded)
        #expect(await b.send("GET", "plain/x", headers: [("X-Vault-Index", "djE6MTox")]).status == 412)
        #expect(ConsistencyIndex(future, SecretBytes(copying: [UInt8](repeating: 1, count: 32))) == nil)
        await stop()
    }

    @Test("a rotation and a rekey at the leader are followed")
    func keys() async throws {
        try await start()
        #expect(await b.send("GET", "plain/x").status == 200)
        try await a.ok("POST", "sys/rotate")
        try await a.ok("POST", "plain/x", ["k": "rotated"])
        #expect(await b.send("GET", "plain/x").data == ["k": "rotated"])
        try await a.core.barrier.rekey(rootKey: try SecretBytes(count: 32, from: .system), plain: [:])
        #expect(await b.send("GET", "plain/x").data == ["k": "rotated"])
        await stop()
    }

    @Test("a standby that does not hear of changes answers from what it knew, which these tests would see")
    func control() async throws {
        try await start()
        #expect(await deaf.send("GET", "plain/x").data == ["k": "v"])
        #expect(await b.send("GET", "plain/x").data == ["k": "v"])
        try await a.ok("POST", "plain/x", ["k": "w"])
        #expect(await b.send("GET", "plain/x").data == ["k": "w"])
        #expect(await deaf.send("GET", "plain/x").data == ["k": "v"])
        await stop()
    }

    @Test("a standby that reads says so, and one that begins to lead reads as a leader")
    func health() async throws {
        try await start()
        #expect(await b.send("GET", "plain/x").status == 200)
        let health = await b.send("GET", "sys/health", token: nil)
        #expect(health.status == 473)
        #expect(health["performance_standby"] == true && health["standby"] == true)
        for query in ["standbyok=true", "perfstandbyok=true"] {
            #expect(await b.send("GET", "sys/health", token: nil, query: query).status == 200)
        }
        #expect(await b.send("GET", "sys/health", token: nil, query: "performancestandbycode=299").status == 299)
        await deaf.core.sealNow()
        #expect(await a.send("PUT", "sys/step-down").status == 204)
        while b.core.services == nil {
            clock.advance(by: .milliseconds(100))
            for _ in 0..<200 { await Task.yield() }
        }
        #expect(b.core.standby?.reads == nil)
        #expect(await b.send("GET", "plain/x").data == ["k": "v"])
        await stop()
    }

    @Test("when the storage does not say what has changed the leader has to answer")
    func unavailable() async throws {
        try await start()
        #expect(await b.send("GET", "plain/x").status == 200)
        storage.faults.fail(operation: 1, with: .unavailable("planned"))
        #expect(await b.send("GET", "plain/x").status == forwarded)
        #expect(await b.send("GET", "plain/x").status == forwarded)
        for _ in 0..<12 {
            clock.advance(by: .milliseconds(500))
            for _ in 0..<200 { await Task.yield() }
        }
        #expect(await b.send("GET", "plain/x").status == 200)
        await stop()
    }
}
