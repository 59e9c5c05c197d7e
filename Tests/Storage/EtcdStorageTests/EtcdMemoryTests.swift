import Testing

@testable import EtcdStorage

struct EtcdMemoryTests {
    private static let seen = EtcdMemory.Seen(revision: 100, version: 90, epoch: 80, cluster: 7)

    @Test(
        "an older etcd, and another one, are objected to",
        arguments: [
            (EtcdMemory.Seen(revision: 99, version: 90, epoch: 80, cluster: 7), true),
            (EtcdMemory.Seen(revision: 200, version: 89, epoch: 80, cluster: 7), true),
            (EtcdMemory.Seen(revision: 200, version: 90, epoch: 80, cluster: 8), true),
            (EtcdMemory.Seen(revision: 100, version: 90, epoch: 80, cluster: 7), false),
            (EtcdMemory.Seen(revision: 101, version: 101, epoch: 80, cluster: 7), false),
        ])
    func objections(_ found: EtcdMemory.Seen, _ isObjectedTo: Bool) {
        let memory = EtcdMemory()
        #expect(memory.objection(Self.seen, known: memory.seen) == nil)
        #expect((memory.objection(found, known: memory.seen) != nil) == isObjectedTo)
        // What was objected to is not remembered.
        #expect(memory.objection(Self.seen, known: Self.seen) == nil)
    }

    @Test("what an earlier process saw is objected to like what this one saw")
    func recalled() throws {
        let earlier = EtcdMemory()
        #expect(earlier.mark == nil)
        #expect(earlier.objection(Self.seen, known: earlier.seen) == nil)
        let memory = EtcdMemory()
        memory.recall(try #require(earlier.mark))
        let older = EtcdMemory.Seen(revision: 95, version: 89, epoch: 80, cluster: 7)
        #expect(memory.objection(older, known: memory.seen) != nil)
        let other = EtcdMemory.Seen(revision: 200, version: 90, epoch: 80, cluster: 8)
        #expect(memory.objection(other, known: memory.seen) != nil)
        #expect(memory.objection(Self.seen, known: memory.seen) == nil)
    }
}
