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

/// Two nodes over one storage in memory.
@Suite struct ClusterTests {
    private let storage = MemoryStorage()
    private let clock = ManualClock()
    private let election: MemoryElection
    private let a: ServerHarness
    private let b: ServerHarness

    init() {
        election = MemoryElection(storage, clock: clock)
        a = Self.node("a", storage, clock, election)
        b = Self.node("b", storage, clock, election)
    }

    private static func node(
        _ id: String, _ storage: MemoryStorage, _ clock: ManualClock, _ election: MemoryElection
    ) -> ServerHarness {
        var settings = ClusterSettings(id: id) {
            ClusterCertificate(authority: "a", certificate: "c", key: SecretBytes(copying: Array("k".utf8)))
        }
        settings.steady = { clock.now - Timestamp(seconds: 0) }
        let server = ServerHarness(
            storage: storage, clock: clock, cluster: Cluster(settings, election: election))
        server.core.controls.apiAddress.replace(with: "http://\(id)")
        return server
    }

    /// `a` leads, `b` follows.
    private func start() async throws {
        let made = try await a.core.initialize(
            InitializationPlan(SealConfiguration(shares: 1, threshold: 1), rootTokenID: "root"))
        for node in [a, b] { try await node.core.unseal(with: made.shares[0]) }
        try await a.ok("POST", "sys/mounts/secret", ["type": "kv", "options": ["version": "1"]])
        try await a.ok("POST", "secret/x", ["k": "v"])
    }

    private func stop() async {
        await b.core.sealNow()
        await a.core.sealNow()
    }

    /// Moves time on, a poll at a time, until something is so.
    private func until(_ condition: () -> Bool) async {
        while !condition() {
            clock.advance(by: .milliseconds(100))
            for _ in 0..<200 { await Task.yield() }
        }
    }

    @Test("the first node that is unsealed leads, the second is a standby that names it")
    func firstLeads() async throws {
        try await start()
        #expect(a.core.services != nil)
        #expect(b.core.services == nil && b.core.isOpen)
        #expect(b.core.standby?.leader?.apiAddress == "http://a")
        let health = await b.send("GET", "sys/health", token: nil)
        #expect(health.status == 429)
        #expect(health["standby"] == true && health["sealed"] == false)
        #expect(await a.send("GET", "sys/health", token: nil).status == 200)
        #expect(await b.send("GET", "sys/health", token: nil, query: "standbyok=true").status == 200)
        let leader = await b.send("GET", "sys/leader", token: nil)
        #expect(leader["ha_enabled"] == true && leader["is_self"] == false)
        #expect(leader["leader_address"] == "http://a")
        #expect(await a.send("GET", "sys/leader", token: nil)["is_self"] == true)
        await stop()
    }

    @Test("a standby sends clients to the leader, and answers what is local")
    func redirects() async throws {
        try await start()
        let answer = await b.send("GET", "secret/x", query: "a=b")
        #expect(answer.status == 307)
        #expect(answer.fields["location"] == "http://a/v1/secret/x?a=b")
        #expect(await b.send("GET", "sys/seal-status", token: nil)["sealed"] == false)
        let local = await b.send("GET", "sys/host-info")
        #expect(local.status == 400)
        #expect(local.errors == ["cannot forward local-only request"])
        await stop()
    }

    @Test("after a step-down the other node leads, with everything that was written")
    func stepDown() async throws {
        try await start()
        #expect(await a.send("PUT", "sys/step-down").status == 204)
        await until { b.core.services != nil }
        #expect(a.core.services == nil && a.core.isOpen)
        #expect(await b.send("GET", "secret/x").data == ["k": "v"])
        await until { a.core.standby?.leader?.apiAddress == "http://b" }
        await stop()
    }

    @Test("a standby whose requests do not reach the leader looks at once who leads, and not again and again")
    func suspicion() async throws {
        try await start()
        #expect(await a.send("PUT", "sys/step-down").status == 204)
        while try await election.leader() != nil { await Task.yield() }
        // No time passes.
        b.core.cluster?.suspect()
        while b.core.services == nil { await Task.yield() }
        #expect(await b.send("GET", "secret/x").data == ["k": "v"])
        await stop()
    }

    @Test("a leader whose write is refused by the fence drops everything at once")
    func fenced() async throws {
        try await start()
        let services = try #require(a.core.services)
        _ = try await storage.acquireEpoch()
        let answer = await a.send("POST", "secret/x", ["k": "late"])
        #expect(answer.status == 503)
        #expect(services.term?.isProvable == false)
        await until { a.core.services !== services }
        await until { a.core.services != nil || b.core.services != nil }
        let leader = a.core.services == nil ? b : a
        #expect(await leader.send("GET", "secret/x").data == ["k": "v"])
        await stop()
    }

    @Test("a leader that cannot renew answers nothing when its time is over, and follows")
    func renewalFails() async throws {
        try await start()
        let services = try #require(a.core.services)
        election.fail(with: .unavailable("planned"))
        clock.advance(by: .milliseconds(4_900))
        #expect(await a.send("GET", "secret/x").status == 503 || a.core.services == nil)
        await until { a.core.services == nil }
        #expect(services.term?.isProvable == false)
        election.fail(with: nil)
        await until { a.core.services != nil || b.core.services != nil }
        await stop()
    }

    @Test("after a rekey at the leader a standby can still take over")
    func rekey() async throws {
        try await start()
        // What every look of a standby does.
        #expect(b.core.standby?.leader != nil)
        let key = try SecretBytes(count: 32, from: .system)
        try await a.core.barrier.rekey(rootKey: key, plain: [:])
        await a.core.sealNow()
        await until { b.core.services != nil }
        #expect(await b.send("GET", "secret/x").data == ["k": "v"])
        await stop()
    }

    @Test("a leader that rekeyed and stepped down takes over again, although nobody looked meanwhile")
    func rekeyAndReturn() async throws {
        try await start()
        await b.core.sealNow()
        try await a.core.barrier.rotate()
        try await a.core.barrier.rekey(rootKey: SecretBytes(copying: Array(repeating: 7, count: 32)), plain: [:])
        try await a.ok("POST", "sys/step-down")
        await until { a.core.services == nil }
        #expect(a.core.certainlyLeads && a.core.standby != nil)
        await until { a.core.services != nil || !a.core.isOpen }
        #expect(await a.send("GET", "secret/x").data == ["k": "v"])
        await a.core.sealNow()
    }

    @Test("a leader that may have been deposed while it stood still says that it is a standby, before it does anything")
    func healthAfterPause() async throws {
        try await start()
        #expect(await a.send("GET", "sys/health").status == 200)
        let services = try #require(a.core.services)
        services.term?.extend(until: .zero)
        #expect(a.core.services === services && !a.core.certainlyLeads)
        #expect(await a.send("GET", "sys/health").status == 429)
        #expect(await a.send("GET", "sys/health", query: "standbyok=true").status == 200)
        #expect(await a.send("GET", "sys/leader")["is_self"] == false)
        await stop()
    }

    @Test("a sealed node takes no part, and a sealed leader hands over")
    func seal() async throws {
        try await start()
        #expect(await a.send("PUT", "sys/seal").status == 204)
        #expect(!a.core.isOpen)
        #expect(await a.send("GET", "sys/health", token: nil).status == 503)
        await until { b.core.services != nil }
        #expect(await b.send("GET", "secret/x").data == ["k": "v"])
        await stop()
    }

    @Test("what a leader tells about itself comes back from its stored form")
    func activeNode() throws {
        let node = ActiveNode(
            epoch: Epoch(7), id: "n", apiAddress: "http://n", clusterAddress: "https://n:1",
            activeSince: Timestamp(seconds: 1_767_225_600),
            certificate: ClusterCertificate(
                authority: "A\n", certificate: "C\n", key: SecretBytes(copying: Array("K\n".utf8))))
        let read = try #require(ActiveNode(encoded: node.encoded()))
        #expect(read.epoch == node.epoch && read.id == "n" && read.clusterAddress == "https://n:1")
        #expect(read.activeSince == node.activeSince)
        #expect(read.certificate.key.constantTimeEquals(node.certificate.key))
        #expect(ActiveNode(encoded: Array("{}".utf8)) == nil)
    }
}
