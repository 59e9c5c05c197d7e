import CofferCore
import CofferJSON
import ServerHarness
import Testing

@Suite struct UnauthenticatedAccessTests {
    private static let beginnings = ["sys/rekey/init", "sys/generate-root/attempt", "sys/generate-root"]
    private static let body: JSON = ["secret_shares": 1, "secret_threshold": 1]

    // D06 (CVE-2026-5807, CVE-2025-4656, CVE-2025-52894): strangers took or cancelled the one slot.
    @Test("from version 2.0 on beginning and cancelling need a token with sudo", arguments: beginnings)
    func closed(path: String) async throws {
        let holders = try await ShareHolders { $0.reportedVersion = "2.0.0" }
        let server = holders.server
        for method in ["PUT", "DELETE", "GET"] {
            #expect(await server.send(method, path, Self.body, token: nil).status == 403)
        }
        try await server.ok(
            "PUT", "sys/policies/acl/p",
            ["policy": .string("path \"\(path)\" { capabilities = [\"read\", \"update\", \"delete\"] }")],
            token: holders.rootToken)
        let made = try await server.ok(
            "POST", "auth/token/create", ["policies": ["p"]], token: holders.rootToken)
        let token = made["auth"]?["client_token"]?.stringValue
        #expect(await server.send("PUT", path, Self.body, token: token).status == 403)
        #expect(await server.send("GET", path, token: token).status == 200)
        let begun = await server.send("PUT", path, Self.body, token: holders.rootToken)
        #expect(begun.status == 200)
        #expect(await server.send("DELETE", path, token: token).status == 403)
        let nonce: JSON = ["nonce": .string(begun.nonce)]
        #expect(await server.send("DELETE", path, nonce, token: holders.rootToken).status == 204)
    }

    @Test("while nobody chose a version strangers begin and cancel nothing, and give shares", arguments: beginnings)
    func closedByDefault(path: String) async throws {
        let holders = try await ShareHolders { $0.choseReportedVersion = false }
        let server = holders.server
        for method in ["PUT", "DELETE"] {
            #expect(await server.send(method, path, Self.body, token: nil).status == 403)
        }
        #expect(await server.send("GET", path, token: nil)["started"]?.boolValue == false)
        let begun = try await server.ok("PUT", path, Self.body, token: holders.rootToken)
        let update = path.hasPrefix("sys/rekey") ? "sys/rekey/update" : "sys/generate-root/update"
        let made = await holders.give(holders.shares.prefix(3), to: update, nonce: begun.nonce)
        #expect(made?.status == 200)
        #expect(made?["complete"]?.boolValue == true)
    }

    @Test("a second beginning changes nothing of the first, whoever tries", arguments: beginnings)
    func beganOnce(path: String) async throws {
        let holders = try await ShareHolders { $0.choseReportedVersion = false }
        let server = holders.server
        let begun = try await server.ok("PUT", path, Self.body, token: holders.rootToken)
        for token in [nil, holders.rootToken] {
            let again = await server.send("PUT", path, ["secret_shares": 3, "secret_threshold": 2], token: token)
            #expect(again.status == (token == nil ? 403 : 400))
        }
        let status = await server.send("GET", path, token: nil)
        #expect(status.nonce == begun.nonce)
        if path.hasPrefix("sys/rekey") { #expect(status["n"]?.intValue == 1) }
    }

    @Test(
        "from version 2.0 on giving a share needs a token",
        arguments: ["rekey/update", "rekey/verify", "generate-root/update"])
    func closedUpdates(path: String) async throws {
        let holders = try await ShareHolders { $0.reportedVersion = "2.0.0" }
        let refused = await holders.give(holders.shares.prefix(1), to: "sys/" + path, nonce: "x")
        #expect(refused?.status == 403)
        let heard = await holders.give(
            holders.shares.prefix(1), to: "sys/" + path, nonce: "x", token: holders.rootToken)
        #expect(heard?.status == 400)
    }

    @Test("the configuration opens one family at a time, and closes all when empty")
    func configured() async throws {
        let one = try await ShareHolders {
            $0.reportedVersion = "2.0.0"
            $0.unauthenticatedAccess = [.rekey]
        }
        #expect(await one.server.send("GET", "sys/rekey/init", token: nil).status == 200)
        #expect(await one.server.send("GET", "sys/generate-root/attempt", token: nil).status == 403)
        let none = try await ShareHolders { $0.unauthenticatedAccess = [] }
        for path in Self.beginnings { #expect(await none.server.send("GET", path, token: nil).status == 403) }
    }

    @Test("what is done without a token is in the audit log")
    func audited() async throws {
        let holders = try await ShareHolders()
        try await holders.server.ok("PUT", "sys/audit/a", ["type": "recording"], token: holders.rootToken)
        _ = await holders.server.send("PUT", "sys/rekey/init", Self.body, token: nil)
        let lines = holders.server.audit.entries.filter { $0["request"]?["path"] == "sys/rekey/init" }
        #expect(lines.map { $0["type"]?.stringValue } == ["request", "response"])
    }

    @Test(
        "which versions are open",
        arguments: [("1.21.1", true), ("1.15.0", true), ("2.0.0", false), ("2.1.0+x", false), ("nonsense", false)])
    func versions(version: String, isOpen: Bool) {
        var configuration = CoreConfiguration()
        configuration.reportedVersion = version
        #expect(configuration.isUnauthenticated(.rekey) == isOpen)
    }
}
