import CofferBase
import CofferFramework
import Glibc
import SealConformance
import StaticSeal
import TestSupport
import Testing

@Suite struct StaticSealTests {
    private static let hex = String(repeating: "0f", count: 32)
    private static let otherHex = String(repeating: "f0", count: 32)

    private func seal(_ options: [String: String], _ environment: [String: String] = [:]) throws -> StaticSeal {
        try StaticSeal(
            SealSettings(options: options, environment: environment, random: .system, clock: ManualClock()))
    }

    @Test("the seal keeps the contract of seals")
    func conformance() async throws {
        try await SealCheck(
            try seal(["current_key": Self.hex, "current_key_id": "a"]),
            other: try seal(["current_key": Self.otherHex, "current_key_id": "b"])
        ).runAll()
    }

    @Test("a key may be hexadecimal, base64, a variable or a file of any of these forms")
    func forms() async throws {
        let key = SecretBytes(copying: [1, 2, 3])
        let wrapped = try await seal(["current_key": Self.hex, "current_key_id": "a"]).wrap(key)
        let raw = [UInt8](repeating: 0x0f, count: 32)
        let path = "/tmp/coffer-static-key-\(getpid())"
        defer { unlink(path) }
        for bytes in [raw, Array((Self.hex + "\n").utf8), Array(Base64.standard.encode(raw).utf8)] {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            #expect(bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == bytes.count)
            close(descriptor)
            let seal = try seal(["current_key": "file://" + path, "current_key_id": "a"])
            #expect(try await seal.unwrap(wrapped).constantTimeEquals(key))
        }
        let named = try seal(["current_key": "env://KEY", "current_key_id": "a"], ["KEY": Self.hex])
        #expect(try await named.unwrap(wrapped).constantTimeEquals(key))
        let variables = try seal(
            [:], ["BAO_STATIC_SEAL_CURRENT_KEY": Self.hex, "BAO_STATIC_SEAL_CURRENT_KEY_ID": "a"])
        #expect(try await variables.unwrap(wrapped).constantTimeEquals(key))
    }

    @Test("the previous key opens what it wrapped, and what it wrapped counts as old")
    func previous() async throws {
        let key = SecretBytes(copying: [1, 2, 3])
        let old = try seal(["current_key": Self.hex, "current_key_id": "a"])
        let wrapped = try await old.wrap(key)
        let new = try seal([
            "current_key": Self.otherHex, "current_key_id": "b", "previous_key": Self.hex, "previous_key_id": "a",
        ])
        #expect(try await new.unwrap(wrapped).constantTimeEquals(key))
        #expect(new.isStale(wrapped))
        #expect(try await !new.isStale(new.wrap(key)))
        await #expect(throws: SealFailure.self) { try await old.unwrap(try await new.wrap(key)) }
    }

    @Test(
        "a configuration that cannot work is refused, and no key is told",
        arguments: [
            [:], ["current_key": hex], ["current_key_id": "a"], ["current_key": "abcd", "current_key_id": "a"],
            ["current_key": "file:///does/not/exist", "current_key_id": "a"],
            ["current_key": "env://UNSET", "current_key_id": "a"],
            ["current_key": hex, "current_key_id": "a", "previous_key": otherHex],
            ["current_key": hex, "current_key_id": "a", "previous_key": otherHex, "previous_key_id": "a"],
        ] as [[String: String]])
    func refused(options: [String: String]) {
        do {
            _ = try seal(options)
            Issue.record("it was accepted")
        } catch let failure as SealFailure {
            #expect(failure.reason == .invalid)
            #expect(!failure.text.contains(Self.hex) && !failure.text.contains("abcd"))
        } catch {
            Issue.record("another error")
        }
    }
}
