import AuditService
import CofferBarrier
import CofferCore
import CofferJSON
import CofferStorage
import MemoryStorage
import ServerHarness
import Testing

@Suite struct DeclaredAuditTests {
    private static func device(_ path: String, _ type: String = "recording") -> AuditDeviceEntry {
        var entry = AuditDeviceEntry()
        entry.path = path
        entry.type = type
        entry.description = "declared"
        return entry
    }

    @Test("a declared device writes from the first request on, and only the configuration can end it")
    func declared() async throws {
        let storage = MemoryStorage()
        let server = try await ServerHarness.unsealed(storage: storage) {
            $0.declaredAuditDevices = [Self.device("main/")]
        }
        #expect(server.audit.text.contains("sys/mounts/secret"))
        let refused = await server.send("DELETE", "sys/audit/main")
        #expect(refused.errors == ["the audit device is declared in the configuration file; remove it there"])
        #expect(await server.send("PUT", "sys/audit/main", ["type": "recording"]).status == 400)
        #expect(await server.send("GET", "sys/audit").data?["main/"]?["type"]?.stringValue == "recording")
    }

    // The only copy of the keys must not leave for a server that cannot be audited as it is told to.
    @Test("a declared device that takes no line leaves the storage uninitialised")
    func unwritable() async throws {
        let storage = MemoryStorage()
        let server = ServerHarness(storage: storage) { $0.declaredAuditDevices = [Self.device("main/")] }
        server.audit.fail(true)
        let body: JSON = ["secret_shares": 1, "secret_threshold": 1]
        #expect(await server.send("PUT", "sys/init", body, token: nil).status == 400)
        #expect(try await storage.scan("", after: nil, limit: 1) == [])
        server.audit.fail(false)
        #expect(await server.send("PUT", "sys/init", body, token: nil).status == 200)
    }

    @Test("a delivery of the keys that fails leaves the storage uninitialised")
    func undelivered() async throws {
        struct Undelivered: Error {}
        let storage = MemoryStorage()
        let server = ServerHarness(storage: storage)
        let plan = InitializationPlan(.init(shares: 1, threshold: 1))
        await #expect(throws: Undelivered.self) {
            try await server.core.initialize(plan) { _ in throw Undelivered() }
        }
        #expect(try await storage.scan("", after: nil, limit: 1) == [])
    }

    // R01 (CVE-2025-6000, HCSEC-2025-14, CVE-2025-54997): the API must not choose where the server writes.
    @Test(
        "with an audit directory, files of the API's devices lie inside of it",
        arguments: [
            ("/var/log/coffer-test/../../../tmp/x.log", false), ("/tmp/x.log", false),
            ("/var/log/coffer-testing/x.log", false), ("stdout", true), ("discard", true),
        ])
    func directory(path: String, isAllowed: Bool) async throws {
        let server = try await ServerHarness.unsealed { $0.auditDirectory = "/var/log/coffer-test" }
        for option in ["file_path", "path"] {
            let answer = await server.send(
                "PUT", "sys/audit/\(option)", ["type": "file", "options": [option: .string(path)]])
            #expect((answer.status == 204) == isAllowed)
        }
    }

    // R01: a mode with execute bits would make a program of the log.
    @Test("a file with execute bits is refused", arguments: ["0755", "0700", "0711", "0001"])
    func executable(mode: String) async throws {
        let server = try await ServerHarness.unsealed()
        let answer = await server.send(
            "PUT", "sys/audit/a", ["type": "file", "options": ["file_path": "/tmp/never.log", "mode": .string(mode)]])
        #expect(answer.status == 400)
    }
}
