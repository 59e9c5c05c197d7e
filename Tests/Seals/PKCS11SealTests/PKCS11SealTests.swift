import CofferBase
import CofferFramework
import PKCS11Seal
import TestSupport
import Testing

/// With a token: the live checks of seals.
@Suite struct PKCS11SealTests {
    private func seal(_ change: [String: String], _ environment: [String: String] = [:]) throws -> PKCS11Seal {
        var options = ["lib": "/nowhere/lib.so", "token_label": "t", "pin": "1234", "key_label": "k"]
        options.merge(change) { _, new in new }
        return try PKCS11Seal(
            SealSettings(options: options, environment: environment, random: .system, clock: ManualClock()))
    }

    @Test("token, slot, key and id tell seals apart; the PIN does not")
    func identity() throws {
        #expect(try seal([:]).identity == "pkcs11:t/k")
        #expect(try seal(["token_label": "", "slot": "7"]).identity == "pkcs11:slot-7/k")
        #expect(try seal(["key_id": "0x0A0b"]).identity == "pkcs11:t/k#0a0b")
        #expect(try seal([:], ["VAULT_HSM_KEY_LABEL": "other", "VAULT_HSM_PIN": "9"]).identity == "pkcs11:t/other")
    }

    @Test(
        "a configuration that cannot work is refused",
        arguments: [
            ["lib": ""], ["pin": ""], ["token_label": ""], ["slot": "x"], ["key_label": ""], ["key_id": "xyz"],
            ["mechanism": "CKM_AES_CBC_PAD"], ["mechanism": "1"], ["rsa_oaep_hash": "md5"],
        ] as [[String: String]])
    func refused(change: [String: String]) {
        #expect(throws: SealFailure.self) { try seal(change) }
    }

    @Test(
        "a library that is missing, or is none of PKCS#11, is an error of the seal",
        arguments: ["/nowhere.so", "libc.so.6"])
    func noModule(library: String) async throws {
        let seal = try seal(["lib": library])
        await #expect(throws: SealFailure(.invalid, "the library of the HSM cannot be loaded")) {
            try await seal.wrap(SecretBytes(copying: [1]))
        }
    }

    @Test("what another kind of seal has wrapped is refused before the token is asked")
    func foreign() async throws {
        let seal = try seal([:])
        for mechanism in [0, 1, 0x1082, 0x1087] as [UInt64] {
            var wrapped = WrappedKey(ciphertext: [1, 2, 3])
            wrapped.mechanism = mechanism
            await #expect(throws: SealFailure(.wrongKey, "what is stored was not wrapped by this kind of seal")) {
                try await seal.unwrap(wrapped)
            }
        }
    }
}
