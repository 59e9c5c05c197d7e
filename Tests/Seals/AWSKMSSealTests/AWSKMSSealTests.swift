import AWSKMSSeal
import CofferBase
import CofferFramework
import CofferJSON
import HTTPClient
import SealConformance
import TestSupport
import Testing

/// As much of the key management service as the seal asks.
private struct FakeService: Sendable {
    var failure: (status: Int, type: String)?
    /// The key that the credentials may use.
    var allowed = "one"

    func send(_ call: HTTPCall) -> HTTPAnswer {
        if let failure {
            let body: JSON = ["__type": .string("com.amazonaws#" + failure.type), "message": "a secret detail"]
            return HTTPAnswer(status: failure.status, body: body.serialized())
        }
        let target = call.headers.first { $0.name == "X-Amz-Target" }?.value
        let body = (try? JSON.parse(call.body)) ?? [:]
        let name = (body["KeyId"]?.stringValue ?? "").split(separator: "/").last ?? ""
        let id = "arn:aws:kms:us-east-1:1:key/" + name
        if target == "TrentService.Encrypt" {
            let blob = Array(id.utf8) + [0] + (Base64.standard.decode(body["Plaintext"]?.stringValue ?? "") ?? [])
            return HTTPAnswer(
                status: 200,
                body: JSON.object(["CiphertextBlob": .string(Base64.standard.encode(blob)), "KeyId": .string(id)])
                    .serialized())
        }
        if name != allowed { return FakeService(failure: (400, "AccessDeniedException")).send(call) }
        let blob = Base64.standard.decode(body["CiphertextBlob"]?.stringValue ?? "") ?? []
        guard blob.starts(with: Array(id.utf8) + [0]) else {
            return FakeService(failure: (400, "IncorrectKeyException")).send(call)
        }
        let plain = Array(blob.dropFirst(id.utf8.count + 1))
        return HTTPAnswer(
            status: 200, body: JSON.object(["Plaintext": .string(Base64.standard.encode(plain))]).serialized())
    }
}

@Suite struct AWSKMSSealTests {
    private func seal(
        _ options: [String: String] = [:], _ environment: [String: String] = [:],
        _ service: FakeService = FakeService()
    ) throws -> AWSKMSSeal {
        var all = ["kms_key_id": "one", "access_key": "A", "secret_key": "S"]
        all.merge(options) { _, new in new }
        let settings = SealSettings(
            options: all, environment: environment, random: .system, clock: ManualClock())
        return try AWSKMSSeal(settings) { (call) async throws(HTTPFailure) in service.send(call) }
    }

    @Test("the seal keeps the contract of seals")
    func conformance() async throws {
        try await SealCheck(try seal(), other: try seal(["kms_key_id": "two"], [:], FakeService(allowed: "two")))
            .runAll()
    }

    @Test("what is stored has Vault's form: the service's key, a nonce, and an encrypted key of its own")
    func form() async throws {
        let wrapped = try await seal().wrap(SecretBytes(copying: [1, 2, 3]))
        #expect(wrapped.keyID == "arn:aws:kms:us-east-1:1:key/one")
        #expect(wrapped.mechanism == 1 && wrapped.nonce.count == 12 && !wrapped.dataKey.isEmpty)
        #expect(wrapped.ciphertext.count == 3 + 16)
    }

    @Test("the environment wins over region and key, and gives credentials where the stanza has none")
    func environment() throws {
        let found = try seal(
            ["access_key": "", "secret_key": "", "region": "eu-west-1"],
            [
                "VAULT_AWSKMS_SEAL_KEY_ID": "three", "AWS_REGION": "eu-west-2", "AWS_ACCESS_KEY_ID": "A",
                "AWS_SECRET_ACCESS_KEY": "S",
            ])
        #expect(found.identity == "awskms:eu-west-2/three")
    }

    @Test(
        "failures of the service are told apart, and nothing of its answer is repeated but the name",
        arguments: [
            ("AccessDeniedException", SealFailure.Reason.refused), ("InvalidCiphertextException", .wrongKey),
            ("NotFoundException", .refused), ("KMSInternalException", .unreachable), ("", .unreachable),
        ])
    func failures(type: String, reason: SealFailure.Reason) async throws {
        let seal = try seal([:], [:], FakeService(failure: (400, type)))
        do throws(SealFailure) {
            _ = try await seal.wrap(SecretBytes(copying: [1]))
            Issue.record("it was accepted")
        } catch {
            #expect(error.reason == reason)
            #expect(!error.text.contains("secret detail"))
        }
    }

    @Test(
        "a configuration that cannot work is refused",
        arguments: [
            ["kms_key_id": ""], ["access_key": ""], ["secret_key": ""], ["region": "not a region"],
            ["endpoint": "ftp://x"],
        ] as [[String: String]])
    func refused(change: [String: String]) {
        #expect(throws: SealFailure.self) { try seal(change) }
    }
}
