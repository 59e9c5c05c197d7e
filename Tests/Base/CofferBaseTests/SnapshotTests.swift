import CofferBase
import Testing

@Suite struct SnapshotTests {
    @Test("the value is the one that was put there last")
    func replacing() {
        let snapshot = Snapshot([1])
        #expect(snapshot.value == [1])
        snapshot.replace(with: [2, 3])
        #expect(snapshot.value == [2, 3])
    }

    @Test("what was read stays as it was when the value changes")
    func readersKeepTheirs() {
        let snapshot = Snapshot([1])
        let read = snapshot.value
        snapshot.update { $0.append(2) }
        #expect(read == [1])
        #expect(snapshot.value == [1, 2])
    }

    @Test("a change gives back what its body returns")
    func result() {
        let snapshot = Snapshot(1)
        let old = snapshot.update { value in
            defer { value = 5 }
            return value
        }
        #expect(old == 1)
        #expect(snapshot.value == 5)
    }

    @Test("no change is lost when many come at once")
    func concurrency() async {
        let snapshot = Snapshot(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<1000 { snapshot.update { $0 += 1 } } }
            }
        }
        #expect(snapshot.value == 8000)
    }
}
