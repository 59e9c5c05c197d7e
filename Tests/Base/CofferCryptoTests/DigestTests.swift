import CofferBase
import CofferCrypto
import Testing

@Suite struct DigestTests {
    @Test(
        "digests of \"abc\" (FIPS 180-4 and FIPS 202 examples)",
        arguments: [
            ("sha2-224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
            ("sha2-256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "sha2-384",
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
            ),
            (
                "sha2-512",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                    + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
            ),
            ("sha3-224", "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"),
            ("sha3-256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
            (
                "sha3-384",
                "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25"
            ),
            (
                "sha3-512",
                "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
                    + "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0"
            ),
        ])
    func abc(name: String, expected: String) throws {
        let digest = try #require(Digest(rawValue: name))
        #expect(Hex.encode(digest.hash(Array("abc".utf8))) == expected)
    }

    @Test("SHA3-256 of nothing, and of a text that fills its blocks exactly")
    func blocks() {
        #expect(
            Hex.encode(Digest.sha3With256.hash([]))
                == "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a")
        // FIPS 202 example: 1600 bits of 0xa3.
        #expect(
            Hex.encode(Digest.sha3With256.hash([UInt8](repeating: 0xa3, count: 200)))
                == "79f38adec5c20307a98ef76e8324afbfd46cfd81b22e3973c65fa1bd9de31787")
    }
}
