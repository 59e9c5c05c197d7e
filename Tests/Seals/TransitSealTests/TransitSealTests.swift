import CofferBase
import CofferFramework
import CofferJSON
import HTTPClient
import SealConformance
import ServerHarness
import TestSupport
import Testing
import TransitSeal

@Suite struct TransitSealTests {
    /// A server with a transit engine, and seals that ask it.
    private struct Service {
        let server: ServerHarness
        var token = ""

        init() async throws {
            server = try await ServerHarness.unsealed()
            try await server.ok("POST", "sys/mounts/transit", ["type": "transit"])
            for name in ["unseal", "other"] { try await server.ok("POST", "transit/keys/" + name, [:]) }
            try await server.policy(
                "seal",
                """
                path "transit/encrypt/unseal" { capabilities = ["update"] }
                path "transit/decrypt/unseal" { capabilities = ["update"] }
                path "transit/encrypt/other" { capabilities = ["update"] }
                path "transit/decrypt/other" { capabilities = ["update"] }
                """)
            token = try await server.token(["seal", "default"], ["period": "24h", "no_parent": true])
        }

        func seal(_ options: [String: String] = [:]) throws -> TransitSeal {
            var all = ["token": token, "key_name": "unseal", "mount_path": "transit/"]
            all.merge(options) { _, new in new }
            let settings = SealSettings(options: all, random: .system, clock: ManualClock())
            let place = try #require(HTTPAddress("http://seal.test"))
            let server = server
            return try TransitSeal(settings, place: place) { (call) async throws(HTTPFailure) in
                let token = call.headers.first { $0.name == "X-Vault-Token" }?.value
                let answer = await server.send(
                    call.method, String(call.target.dropFirst(4)), bytes: call.body, token: token)
                return HTTPAnswer(status: answer.status, body: Array(answer.text.utf8))
            }
        }
    }

    @Test("the seal keeps the contract of seals")
    func conformance() async throws {
        let service = try await Service()
        try await SealCheck(try service.seal(), other: try service.seal(["key_name": "other"])).runAll()
    }

    @Test("what is stored is the ciphertext of the transit engine with the version of its key, as in Vault")
    func form() async throws {
        let wrapped = try await Service().seal().wrap(SecretBytes(copying: [1, 2, 3]))
        #expect(String(decoding: wrapped.ciphertext, as: UTF8.self).hasPrefix("vault:v1:"))
        #expect(wrapped.keyID == "1")
    }

    @Test("after the key was rotated, what it wrapped before still opens and counts as old")
    func rotation() async throws {
        let service = try await Service()
        let seal = try service.seal()
        let key = SecretBytes(copying: [1, 2, 3])
        let old = try await seal.wrap(key)
        try await service.server.ok("POST", "transit/keys/unseal/rotate", [:])
        #expect(!seal.isStale(old))
        #expect(try await seal.wrap(key).keyID == "2")
        #expect(seal.isStale(old))
        #expect(try await seal.unwrap(old).constantTimeEquals(key))
    }

    @Test("the token is renewed well before it ends, unless that is switched off")
    func renewal() async throws {
        let service = try await Service()
        #expect(try await service.seal().upkeep() == .seconds(57600))
        #expect(try await service.seal(["disable_renewal": "true"]).upkeep() == nil)
        #expect(try await service.seal(["token": "root"]).upkeep() == nil)
    }

    @Test("a refused token, a sealed server and a missing key are told apart")
    func failures() async throws {
        let service = try await Service()
        let key = SecretBytes(copying: [1])
        await #expect(throws: SealFailure(.refused, "the token of the transit seal may not do this")) {
            try await service.seal(["token": "hvs.wrong"]).wrap(key)
        }
        await #expect(throws: SealFailure(.refused, "the token of the transit seal may not do this")) {
            try await service.seal(["mount_path": "elsewhere"]).wrap(key)
        }
        try await service.server.ok("PUT", "sys/seal")
        await #expect(
            throws: SealFailure(.unreachable, "the server of the transit seal answered with status 503")
        ) { try await service.seal().wrap(key) }
    }

    @Test(
        "a configuration that cannot work is refused",
        arguments: [
            ["key_name": ""], ["mount_path": ""], ["token": ""], ["key_name": "a b"], ["mount_path": "a/../b"],
            ["disable_renewal": "perhaps"],
        ] as [[String: String]])
    func refused(change: [String: String]) async throws {
        let service = try await Service()
        #expect(throws: SealFailure.self) { try service.seal(change) }
    }
}
