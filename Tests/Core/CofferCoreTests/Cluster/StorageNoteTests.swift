import CofferBarrier
import CofferBase
import CofferStorage
import Glibc
import MemoryStorage
import ServerHarness
import TestSupport
import Testing

@testable import CofferCore

@Suite struct StorageNoteTests {
    private let key = SecretBytes(copying: [UInt8](repeating: 7, count: 32))
    private let mark = StorageMark(version: 100, epoch: 3, identity: "system 1, timeline 1")
    private let note: StorageNote

    init() throws {
        var template = Array("/tmp/coffer-note-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        note = StorageNote(path: folder + "/version")
    }

    private func overwrite(_ text: String) {
        let descriptor = open(note.path, O_WRONLY | O_TRUNC)
        #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
        close(descriptor)
    }

    @Test("what was noted comes back, only with the cluster's key and unchanged")
    func roundTrip() throws {
        #expect(try note.read(key) == nil)
        #expect(note.write(mark, key))
        #expect(try note.read(key) == mark)
        #expect(throws: StorageNote.Unreadable.self) { try note.read(SecretBytes(copying: [1])) }
        #expect(throws: StorageNote.Unreadable.self) { try note.read(nil) }
        overwrite(#"{"version":"1","epoch":"1","identity":"","proof":"00"}"#)
        #expect(throws: StorageNote.Unreadable.self) { try note.read(key) }
        overwrite("")
        #expect(throws: StorageNote.Unreadable.self) { try note.read(key) }
    }

    @Test("a storage that is older, of an older epoch or another one is objected to, and a newer one is not")
    func objections() {
        #expect(mark.objection(to: mark) == nil)
        #expect(mark.objection(to: StorageMark(version: 101, epoch: 4, identity: mark.identity)) == nil)
        #expect(mark.objection(to: StorageMark(version: 101, epoch: 4)) == nil)
        #expect(mark.objection(to: StorageMark(version: 99, epoch: 3, identity: mark.identity)) != nil)
        #expect(mark.objection(to: StorageMark(version: 100, epoch: 2, identity: mark.identity)) != nil)
        #expect(mark.objection(to: StorageMark(version: 101, epoch: 4, identity: "system 1, timeline 2")) != nil)
    }

    private func node(
        _ storage: MemoryStorage, _ clock: ManualClock, _ id: String
    ) -> ServerHarness {
        var settings = ClusterSettings(id: id) {
            ClusterCertificate(authority: "a", certificate: "c", key: SecretBytes(copying: Array("k".utf8)))
        }
        settings.steady = { clock.now - Timestamp(seconds: 0) }
        settings.note = note
        return ServerHarness(
            storage: storage, clock: clock,
            cluster: Cluster(settings, election: MemoryElection(storage, clock: clock)))
    }

    @Test("after a restart a storage that is older than noted is not led, until the file is removed")
    func restart() async throws {
        let (storage, clock) = (MemoryStorage(), ManualClock())
        let first = node(storage, clock, "a")
        let made = try await first.core.initialize(
            InitializationPlan(SealConfiguration(shares: 1, threshold: 1), rootTokenID: "root"))
        try await first.core.unseal(with: made.shares[0])
        while first.core.lastNoted.value == nil {
            clock.advance(by: .milliseconds(500))
            for _ in 0..<200 { await Task.yield() }
        }
        let key = try #require(first.core.clusterKey.value)
        await first.core.sealNow()
        // As if what was acknowledged after now had been lost with another server.
        #expect(note.write(StorageMark(version: 1_000_000, epoch: 1), key))
        let second = node(storage, clock, "b")
        try await second.core.unseal(with: made.shares[0])
        #expect(second.core.services == nil && second.core.isOpen)
        await second.core.sealNow()
        #expect(unlink(note.path) == 0)
        let third = node(storage, clock, "c")
        try await third.core.unseal(with: made.shares[0])
        #expect(third.core.services != nil)
        await third.core.sealNow()
    }
}

@Suite struct KnownNodesTests {
    private let now = Timestamp(seconds: 1_800_000_000)

    private func node(_ id: String) -> ClusterNode {
        ClusterNode(
            id: id, hostname: "h", apiAddress: "http://\(id)", clusterAddress: "https://\(id):1", version: "1.21.1")
    }

    @Test("a new leader knows the nodes of the one before, and forgets those that do not speak to it")
    func remembered() {
        let nodes = ClusterNodes()
        let old = ClusterNodes.Seen(node: node("x"), lastEcho: now + .seconds(-90))
        nodes.remember([old], at: now)
        #expect(nodes.all(at: now).map(\.node.id) == ["x"])
        #expect(nodes.all(at: now + .seconds(59)).map(\.node.id) == ["x"])
        #expect(nodes.all(at: now + .seconds(60)).isEmpty)
        nodes.heard(node("y"), at: now + .seconds(30))
        #expect(nodes.all(at: now + .seconds(61)).map(\.node.id) == ["y"])
    }

    @Test("a process that was started anew takes the place of the one before it")
    func restarted() {
        let nodes = ClusterNodes()
        nodes.heard(node("x"), at: now)
        let again = ClusterNode(
            id: "z", hostname: "h", apiAddress: "http://x", clusterAddress: "https://x:1", version: "1.21.1")
        nodes.heard(again, at: now + .seconds(1))
        #expect(nodes.all(at: now + .seconds(1)).map(\.node.id) == ["z"])
    }

    @Test("the registry is written when a node has come, gone or moved, and else only now and then")
    func due() {
        let registry = NodeRegistry()
        let nodes = [ClusterNodes.Seen(node: node("x"), lastEcho: now)]
        #expect(registry.isDue(nodes, at: now))
        registry.written(nodes, at: now)
        var later = node("x")
        later.clockSkew = 5
        #expect(!registry.isDue([.init(node: later, lastEcho: now + .seconds(1))], at: now + .seconds(1)))
        #expect(registry.isDue([.init(node: later, lastEcho: now)], at: now + .seconds(20)))
        #expect(registry.isDue([], at: now + .seconds(1)))
    }

    @Test("the registry comes back from behind the barrier")
    func stored() async throws {
        let server = try await ServerHarness.unsealed()
        let barrier = server.core.barrier
        #expect(try await KnownNodes.load(from: barrier).isEmpty)
        try await KnownNodes.store([.init(node: node("x"), lastEcho: now)], in: barrier)
        let known = try await KnownNodes.load(from: barrier)
        #expect(known.map(\.node) == [node("x")] && known.map(\.lastEcho) == [now])
    }
}
