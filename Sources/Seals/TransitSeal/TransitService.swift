internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import HTTPClient

/// The requests to the other server.
struct TransitService: Sendable {
    /// `/v1/` and the mount.
    let key: String
    let name: String
    let token: String
    let namespace: String
    let send: HTTPSender

    func encrypt(_ key: SecretBytes) async throws(SealFailure) -> String {
        var plain = key.copyBytes()
        defer { zero(&plain) }
        let answer = try await ask("POST", "encrypt/", ["plaintext": .string(Base64.standard.encode(plain))])
        guard let text = answer["data"]?["ciphertext"]?.stringValue, !text.isEmpty else { throw Self.malformed }
        return text
    }

    func decrypt(_ ciphertext: String) async throws(SealFailure) -> SecretBytes {
        let answer = try await ask("POST", "decrypt/", ["ciphertext": .string(ciphertext)])
        guard var plain = answer["data"]?["plaintext"]?.stringValue.flatMap({ Base64.standard.decode($0) }) else {
            throw Self.malformed
        }
        defer { zero(&plain) }
        return SecretBytes(copying: plain)
    }

    private func ask(_ method: String, _ verb: String, _ body: JSON) async throws(SealFailure) -> JSON {
        try await call(method, "\(key)/\(verb)\(name)", body)
    }

    /// The answer of a success.
    func call(_ method: String, _ target: String, _ body: JSON? = nil) async throws(SealFailure) -> JSON {
        var headers = [("X-Vault-Token", token), ("X-Vault-Request", "true")]
        if !namespace.isEmpty { headers.append(("X-Vault-Namespace", namespace)) }
        if body != nil { headers.append(("Content-Type", "application/json")) }
        let request = HTTPCall(method, target, headers: headers, body: body?.serialized() ?? [])
        let answer: HTTPAnswer
        do throws(HTTPFailure) {
            answer = try await send(request)
        } catch {
            throw SealFailure(.unreachable, "the server of the transit seal: \(error.text)")
        }
        switch answer.status {
        case 200..<300:
            if answer.body.isEmpty { return [:] }
            guard let json = try? JSON.parse(answer.body) else { throw Self.malformed }
            return json
        case 400, 404: throw SealFailure(.wrongKey, "the transit engine cannot do this: status \(answer.status)")
        case 401, 403: throw SealFailure(.refused, "the token of the transit seal may not do this")
        default:
            throw SealFailure(.unreachable, "the server of the transit seal answered with status \(answer.status)")
        }
    }

    static let malformed = SealFailure(.unreachable, "the server of the transit seal gave no usable answer")
}
