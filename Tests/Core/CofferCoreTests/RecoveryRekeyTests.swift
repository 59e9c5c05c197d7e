import CofferCore
import CofferJSON
import CofferStorage
import MemoryStorage
import SealService
import ServerHarness
import TestSupport
import Testing

@Suite struct RecoveryRekeyTests {
    private let seal = FakeSeal("fake")

    /// Gives shares until the answer is complete.
    private func give(
        _ keys: some Sequence<String>, _ path: String, _ nonce: JSON?, _ made: SealedServer
    ) async throws -> ServerAnswer? {
        var last: ServerAnswer?
        for key in keys {
            last = try await made.server.ok(
                "PUT", path, ["key": .string(key), "nonce": nonce ?? ""], token: made.rootToken)
        }
        return last
    }

    @Test("new recovery keys are valid from the end of the verification, and the old ones no longer")
    func recovery() async throws {
        let made = try await SealedServer([.fake(seal)])
        let begun = try await made.server.ok(
            "PUT", "sys/rekey-recovery-key/init",
            ["secret_shares": 2, "secret_threshold": 2, "require_verification": true], token: made.rootToken)
        let done = try await give(
            made.recoveryKeys.prefix(2), "sys/rekey-recovery-key/update", begun["nonce"], made)
        let new = done?["keys"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(new.count == 2)
        let verified = try await give(
            new, "sys/rekey-recovery-key/verify", done?["verification_nonce"], made)
        #expect(verified?["complete"]?.boolValue == true)
        let again = await made.restarted([.fake(seal)])
        for key in made.recoveryKeys.prefix(2) { _ = await again.unseal(key) }
        #expect(again.core.services == nil)
        for key in new { _ = await again.unseal(key) }
        #expect(again.core.services != nil)
    }

    @Test("recovery keys replace the root key, of which there are no shares")
    func rootKey() async throws {
        let made = try await SealedServer([.fake(seal)])
        let before = try await made.storage.get("core/keyring")?.value
        let refused = await made.server.send(
            "PUT", "sys/rekey/init", ["secret_shares": 3, "secret_threshold": 2], token: made.rootToken)
        #expect(refused.status == 400)
        let begun = try await made.server.ok(
            "PUT", "sys/rekey/init", ["secret_shares": 1, "secret_threshold": 1], token: made.rootToken)
        let done = try await give(made.recoveryKeys.suffix(2), "sys/rekey/update", begun["nonce"], made)
        #expect(done?["complete"]?.boolValue == true && done?["keys"]?.arrayValue?.isEmpty == true)
        #expect(try await made.storage.get("core/keyring")?.value != before)
        let again = await made.restarted([.fake(seal)])
        #expect(try await again.core.openBySeal() == .opened)
    }

    @Test("a server of shares has no recovery key to replace")
    func shares() async throws {
        let server = try await ServerHarness.unsealed()
        for (method, path) in [("GET", "init"), ("PUT", "init"), ("PUT", "update")] {
            let body: JSON = [
                "secret_shares": 1, "secret_threshold": 1, "key": .string(String(repeating: "ab", count: 33)),
            ]
            let answer = await server.send(method, "sys/rekey-recovery-key/" + path, body)
            #expect(answer.errors == ["recovery rekeying not supported"])
        }
    }
}
