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
}
