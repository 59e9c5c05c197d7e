internal import AWSClient
internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import HTTPClient

/// The requests to the key management service.
struct KeyService: Sendable {
    let service: AWSService
    let chain: AWSCredentialChain
    /// Id, ARN or alias.
    let key: String

    func encrypt(_ plaintext: SecretBytes) async throws(SealFailure) -> (ciphertext: [UInt8], keyID: String) {
        var bytes = plaintext.copyBytes()
        defer { zero(&bytes) }
        let answer = try await ask(
            "Encrypt", ["KeyId": .string(key), "Plaintext": .string(Base64.standard.encode(bytes))])
        guard let text = answer["CiphertextBlob"]?.stringValue, let blob = Base64.standard.decode(text), !blob.isEmpty,
            let id = answer["KeyId"]?.stringValue
        else { throw Self.malformed }
        return (blob, id)
    }

    /// - Parameter keyID: of the key that encrypted: no other one is to be tried.
    func decrypt(_ ciphertext: [UInt8], keyID: String) async throws(SealFailure) -> SecretBytes {
        let answer = try await ask(
            "Decrypt",
            [
                "CiphertextBlob": .string(Base64.standard.encode(ciphertext)),
                "KeyId": .string(keyID.isEmpty ? key : keyID),
            ])
        guard var plaintext = answer["Plaintext"]?.stringValue.flatMap({ Base64.standard.decode($0) }) else {
            throw Self.malformed
        }
        defer { zero(&plaintext) }
        return SecretBytes(copying: plaintext)
    }

    private func ask(_ action: String, _ body: JSON) async throws(SealFailure) -> JSON {
        var request = AWSSignature.Request(
            "POST", path: "/",
            headers: [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "TrentService." + action)])
        request.body = body.serialized()
        let credentials: AWSCredentials
        do throws(AWSCredentialFailure) {
            credentials = try await chain.credentials()
        } catch {
            throw SealFailure(.unreachable, error.text)
        }
        let answer: HTTPAnswer
        do throws(HTTPFailure) {
            answer = try await service.call(request, as: credentials)
        } catch {
            throw SealFailure(.unreachable, "the key management service: \(error.text)")
        }
        let json = (try? JSON.parse(answer.body)) ?? [:]
        if answer.status == 200 { return json }
        throw Self.failure(json["__type"]?.stringValue ?? "", answer.status)
    }

    private static let malformed = SealFailure(.unreachable, "the key management service gave no usable answer")

    /// - Parameter type: the service's name of an error; others than those known are not repeated.
    private static func failure(_ type: String, _ status: Int) -> SealFailure {
        let name = String(type.split(separator: "#").last ?? "")
        switch name {
        case "InvalidCiphertextException", "IncorrectKeyException":
            return SealFailure(.wrongKey, "another key of the service wrapped this: \(name)")
        case "AccessDeniedException", "DisabledException", "ExpiredTokenException", "IncompleteSignature",
            "InvalidClientTokenId", "InvalidSignatureException", "InvalidKeyUsageException", "KMSInvalidStateException",
            "MissingAuthenticationToken", "NotFoundException", "UnrecognizedClientException":
            return SealFailure(.refused, "the key management service refused: \(name)")
        default:
            return SealFailure(.unreachable, "the key management service answered with status \(status)")
        }
    }
}
