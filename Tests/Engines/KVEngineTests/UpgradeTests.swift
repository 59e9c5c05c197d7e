import CofferFramework
import CofferJSON
import CofferStorage
import KVEngine
internal import MemoryStorage
import TestSupport
import Testing

@Suite struct UpgradeTests {
    /// A mount of version 1 with secrets, and the same mount tuned to version 2.
    private func tuned(_ count: Int) async throws -> EngineHarness {
        let first = try await EngineHarness(KV.kind)
        for index in 0..<count { try await first.write("app/\(index)", ["n": .int(index)]) }
        return try await EngineHarness(KV.kind, options: ["version": "2"], sharing: first)
    }

    @Test("the first request finds every secret as its version 1")
    func converts() async throws {
        let mount = try await tuned(450)
        #expect(try await mount.get("app/449") == ["n": 449])
        #expect(try await mount.storage.scan("secrets/", limit: 1).isEmpty)
        #expect(try await mount.storage.scan("metadata/", limit: 1000).count == 450)
        let metadata = try await mount.read("metadata/app/0").data
        #expect(metadata?["current_version"] == 1)
        #expect(metadata?["created_time"] == "2026-01-01T00:00:00Z")
    }

    @Test("the existence check sees a secret that was not taken over yet, and changes nothing")
    func existence() async throws {
        let mount = try await tuned(1)
        #expect(try await mount.exists("data/app/0"))
        #expect(try await !mount.exists("data/app/1"))
        #expect(try await mount.storage.children(of: "secrets/") == ["app/"])
    }

    @Test("requests that come meanwhile are told to try again")
    func meanwhile() async throws {
        let mount = try await tuned(3)
        mount.memory.faults.hold()
        async let first = mount.get("app/1")
        async let second = mount.get("app/2")
        await mount.memory.faults.waitUntilHeld(2)
        mount.memory.faults.release()
        var answers: [Result<JSONObject?, any Error>] = []
        do { answers.append(.success(try await first)) } catch { answers.append(.failure(error)) }
        do { answers.append(.success(try await second)) } catch { answers.append(.failure(error)) }
        for answer in answers {
            switch answer {
            case .success(let data): #expect(data?["n"] != nil)
            case .failure(let error):
                let text = (error as? EngineError)?.texts.first
                #expect(text?.hasPrefix("Upgrading from non-versioned to versioned data.") == true)
            }
        }
        #expect(try await mount.get("app/2") == ["n": 2])
    }

    @Test("an interrupted upgrade goes on at the next request")
    func resumes() async throws {
        let mount = try await tuned(300)
        // Look, list, settings, one batch of secrets with their metadata, then its commit succeeds; the next fails.
        mount.memory.faults.fail(operation: 410, with: .unavailable("in the second batch"))
        await #expect(throws: EngineError.self) { try await mount.get("app/0") }
        #expect(try await mount.storage.scan("secrets/", limit: 1000).count == 100)
        #expect(try await mount.list("metadata/app").keys.count == 300)
        #expect(try await mount.storage.scan("secrets/", limit: 1000).isEmpty)
    }

    @Test("a secret that cannot be read stays behind and holds up none of the others")
    func unreadable() async throws {
        let mount = try await tuned(3)
        // Look, list, settings, then the first secret.
        mount.memory.faults.fail(operation: 4, with: .integrity("secrets/app/0"))
        #expect(try await mount.get("app/1") == ["n": 1])
        #expect(try await mount.storage.scan("secrets/", limit: 10) == ["secrets/app/0"])
    }

    @Test("a secret written while the mount was back at version 1 becomes the next version")
    func backAndForth() async throws {
        let second = try await versionedMount()
        try await second.put("x", ["v": 1])
        let back = try await EngineHarness(KV.kind, options: ["version": "1"], sharing: second)
        try await back.write("x", ["v": 2])
        let again = try await EngineHarness(KV.kind, options: ["version": "2"], sharing: second)
        #expect(try await again.get("x") == ["v": 2])
        #expect(try await again.get("x", version: 1) == ["v": 1])
    }
}
