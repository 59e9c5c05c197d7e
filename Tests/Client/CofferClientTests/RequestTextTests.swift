internal import ClientTLS
internal import CofferJSON
internal import Testing

@testable internal import CofferClient

private func described(_ request: APIRequest, as description: Client.Description) async throws -> String {
    var configuration = ClientConfiguration(address: "https://vault.example:8200")
    configuration.token = "hvs.canary"
    configuration.tls.authorityFile = ""
    var client = try Client(configuration)
    client.description = description
    do {
        _ = try await client.send(request)
    } catch ClientError.described(let text) {
        return text
    }
    return "sent"
}

@Suite("Requests as text")
struct RequestTextTests {
    @Test("a curl command asks for the token when it runs and never holds it")
    func curl() async throws {
        let text = try await described(APIRequest(.put, "secret/x", body: ["k": "it's"]), as: .curl)
        #expect(
            text == #"curl -X PUT -H "X-Vault-Request: true" -H "X-Vault-Token: $(vault print token)" -d "#
                + #"'{"k":"it'"'"'s"}' https://vault.example:8200/v1/secret/x"#)
    }

    @Test(
        "the policy that allows a request",
        arguments: [
            (APIRequest(.get, "secret/x"), "secret/x", #""read""#),
            (APIRequest.list("secret/"), "secret", #""list""#),
            (APIRequest(.put, "secret/x"), "secret/x", #""create", "update""#),
            (APIRequest.mergePatch("secret/x", [:]), "secret/x", #""patch""#),
            (APIRequest(.delete, "secret/x"), "secret/x", #""delete""#),
            (APIRequest(.get, "sys/audit"), "sys/audit", #""read", "sudo""#),
            (
                APIRequest(.put, "sys/leases/revoke-prefix/a/b"), "sys/leases/revoke-prefix/a/b",
                #""create", "update", "sudo""#
            ),
            (APIRequest(.get, "sys/mounts"), "sys/mounts", #""read""#),
        ])
    func policy(request: APIRequest, path: String, capabilities: String) async throws {
        let text = try await described(request, as: .policy)
        #expect(text == "path \"\(path)\" {\n  capabilities = [\(capabilities)]\n}")
    }
}
