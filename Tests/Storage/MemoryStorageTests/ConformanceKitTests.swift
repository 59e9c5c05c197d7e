import StorageConformance
import Testing

@Suite struct ConformanceKitTests {
    @Test("the kit catches a flawed storage", arguments: FlawedStorage.Flaw.allCases)
    func kitCatchesFlaws(_ flaw: FlawedStorage.Flaw) async {
        let fixture = StorageFixture(isPersistent: false) { FlawedStorage(flaw) }
        let checks = StorageCheck.all.filter { $0.name == flaw.rawValue }
        #expect(checks.count == 1)
        // Fails when the check records no issue.
        await withKnownIssue {
            for check in checks { try await check.run(fixture) }
        }
    }

    @Test("every check has a name of its own")
    func checksAreNamed() {
        #expect(StorageCheck.all.count >= 20)
        #expect(Set(StorageCheck.all.map(\.name)).count == StorageCheck.all.count)
    }
}
