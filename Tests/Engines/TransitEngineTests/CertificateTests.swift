import CofferBase
import CofferCrypto
import CofferFramework
import CofferJSON
import TestSupport
import Testing
import TransitEngine

@Suite struct CertificateTests {
    @Test("a request is signed with the key", arguments: ["ecdsa-p256", "ecdsa-p384", "ed25519", "rsa-2048"])
    func requests(type: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", type)
        let reply = try await mount.write("keys/k/csr")
        #expect(reply.text("name") == "k" && reply.text("type") == type)
        let block = try #require(PEM.blocks(in: reply.text("csr"))?.first)
        #expect(block.label == "CERTIFICATE REQUEST" && block.der.count > 100)
        // A template keeps its subject; the key and the signature change.
        let again = try await mount.write("keys/k/csr", ["csr": .string(Fixture.request)])
        let der = try #require(PEM.blocks(in: again.text("csr"))?.first?.der)
        #expect(String(decoding: der, as: Unicode.ASCII.self).contains("template.example"))
        #expect(String(decoding: der, as: Unicode.ASCII.self).contains("alt.example"))
        #expect(PEM.blocks(in: Fixture.request)?.first?.der != der)
    }

    @Test("requests are refused for keys that cannot sign, and for templates that cannot be read")
    func refusedRequests() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        func refused(_ path: String, _ fields: JSONObject, _ text: String) async {
            await #expect(throws: EngineError.badRequest(text)) { try await mount.write(path, fields) }
        }
        await refused("keys/k/csr", [:], "key type 'aes256-gcm96' does not support signing")
        await refused("keys/none/csr", [:], "key with provided name 'none' not found")
        try await mount.makeKey("d", "ed25519", ["derived": true])
        await refused("keys/d/csr", [:], "operation not supported on keys with derivation enabled")
        try await mount.makeKey("s", "ed25519")
        await refused("keys/s/csr", ["csr": "junk"], "could not decode PEM certificate request")
        await refused("keys/s/csr", ["version": 2], "no such key version")
        let junk = PEM("CERTIFICATE REQUEST", [1, 2, 3]).text
        await refused(
            "keys/s/csr", ["csr": .string(junk)], "could not create the csr: the template cannot be read")
    }

    @Test("a chain that belongs to the key is kept with it")
    func chains() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("other", "ecdsa-p256")
        try await mount.write("keys/k/import", ["type": "ecdsa-p256", "public_key": .string(Fixture.leafPublicKey)])
        let chain = Fixture.leaf + Fixture.authority
        #expect(try await mount.write("keys/k/set-certificate", ["certificate_chain": .string(chain)]).isEmpty)
        let trimmed = String(chain.dropLast())
        #expect(try await mount.read("export/certificate-chain/k").data?["keys"]?["1"]?.stringValue == trimmed)
        let read = try await mount.read("keys/k").data?["keys"]?["1"]
        #expect(read?["certificate_chain"]?.stringValue == trimmed)
        await #expect(throws: EngineError.self) { try await mount.read("export/certificate-chain/other") }
    }

    @Test("other chains are refused")
    func refusedChains() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "ecdsa-p256")
        try await mount.makeKey("e", "ed25519")
        func refused(_ name: String, _ chain: String, _ text: String) async {
            await #expect(throws: EngineError.badRequest(text)) {
                try await mount.write("keys/\(name)/set-certificate", ["certificate_chain": .string(chain)])
            }
        }
        let prefix = "failed to persist certificate chain: "
        await refused(
            "k", Fixture.leaf, prefix + "leaf certificate public key does not match the selected key version")
        await refused(
            "e", Fixture.leaf,
            prefix + "provided leaf certificate public key algorithm does not match the transit key type")
        await refused(
            "k", Fixture.authority, prefix + "certificate in the first element is not a valid leaf certificate")
        await refused(
            "k", Fixture.leaf + Fixture.leaf,
            prefix + "could not validate if there is only one leaf certificate in the provided chain")
        await refused(
            "k", "", "provided certificate chain did not contain any valid PEM certificate")
        await refused("k", "-----BEGIN CERTIFICATE-----\n", "could not decode PEM block in certificate chain")
        await refused(
            "k", PEM("CERTIFICATE", [1]).text, "failed to parse certificate in certificate chain")
    }
}
