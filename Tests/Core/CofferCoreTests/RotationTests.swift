import CofferCore
import CofferJSON
import ServerHarness
import TestSupport
import Testing

@Suite struct RotationTests {
    @Test("the settings are read and written by those with sudo only")
    func settings() async throws {
        let server = try await ServerHarness.unsealed()
        let path = "sys/rotate/config"
        let before = try await server.ok("GET", path)
        #expect(before.data == ["max_operations": 3_865_470_566, "interval": 0, "enabled": true])
        #expect(before["max_operations"] == nil)
        try await server.ok("POST", path, ["interval": "48h", "max_operations": 2_000_000, "enabled": false])
        try await server.ok("POST", path, ["enabled": true])
        let after = try await server.ok("GET", path)
        #expect(after.data == ["max_operations": 2_000_000, "interval": 172_800, "enabled": true])
        try await server.policy("p", "path \"sys/rotate/*\" { capabilities = [\"read\", \"update\"] }")
        let token = try await server.token(["p"])
        #expect(await server.send("GET", path, token: token).status == 403)
        #expect(await server.send("POST", path, ["enabled": false], token: token).status == 403)
    }

    @Test(
        "settings out of range are refused",
        arguments: [
            ("interval", 3600, "interval must be greater or equal to 24h0m0s"),
            ("max_operations", 999_999, "max_operations must be in the range [1000000,3865470566]"),
            ("max_operations", 3_865_470_567, "max_operations must be in the range [1000000,3865470566]"),
        ])
    func outOfRange(field: String, value: Int, text: String) async throws {
        let server = try await ServerHarness.unsealed()
        let answer = await server.send("POST", "sys/rotate/config", [field: .int(value)])
        #expect(answer.status == 400 && answer.errors == [text])
    }

    @Test("a key that is old enough is replaced without anyone asking")
    func age() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/rotate/config", ["interval": "24h"])
        // Two sleep: the one that ends leases, and the one that replaces keys.
        await server.clock.waitForSleepers(2)
        server.clock.advance(by: .seconds(86_400 - 60))
        await server.clock.waitForSleepers(2)
        #expect(await server.send("GET", "sys/key-status").data?["term"]?.intValue == 1)
        server.clock.advance(by: .seconds(60))
        await server.clock.waitForSleepers(2)
        #expect(await server.send("GET", "sys/key-status").data?["term"]?.intValue == 2)
    }

    @Test("the state of the key, doubled, with what it encrypted")
    func keyStatus() async throws {
        let server = try await ServerHarness.unsealed()
        let before = try await server.ok("GET", "sys/key-status")
        #expect(before["term"]?.intValue == 1 && before["encryptions"] == before.data?["encryptions"])
        try await server.ok("POST", "secret/data/x", ["data": ["k": "v"]])
        let after = try await server.ok("GET", "sys/key-status")
        let counts = [before, after].compactMap { $0.data?["encryptions"]?.intValue }
        #expect(counts.count == 2 && counts[0] > 0 && counts[1] > counts[0])
    }

    @Test("the seal's health is told to everyone, sealed or not")
    func sealHealth() async throws {
        let server = try await ServerHarness.unsealed()
        let expected =
            "{\"healthy\":true,\"backends\":[{\"name\":\"shamir\",\"healthy\":true}],\"fully_wrapped\":true}\n"
        #expect(await server.send("GET", "sys/seal-backend-status", token: nil).text == expected)
        await server.core.sealNow()
        #expect(await server.send("GET", "sys/seal-backend-status", token: nil).text == expected)
    }
}
