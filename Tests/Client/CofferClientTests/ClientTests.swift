internal import CofferJSON
internal import Testing

@testable internal import CofferClient

private func client(_ address: String, retries: Int = 0) throws -> Client {
    var configuration = ClientConfiguration(address: address)
    configuration.retries = retries
    configuration.token = "hvs.canary"
    return try Client(configuration)
}

@Suite("The client of the HTTP API")
struct ClientTests {
    @Test("a request carries the headers of the API, and the answer comes back whole")
    func headers() async throws {
        let server = try await FakeServer(.init(status: 200, body: #"{"data":{"k":"v"},"request_id":"r"}"#))
        var client = try client(server.address)
        client.configuration.namespace = "team/"
        client.configuration.wrapTTL = "5m"
        let secret = try await client.write("secret/my app", ["k": "v"])
        #expect(secret?.data?["k"]?.stringValue == "v")
        let seen = try #require(server.seen.first)
        #expect(seen.method == "PUT")
        #expect(seen.target == "/v1/secret/my%20app")
        #expect(seen.body == #"{"k":"v"}"#)
        #expect(seen.headers["x-vault-request"] == "true")
        #expect(seen.headers["x-vault-namespace"] == "team/")
        #expect(seen.headers["x-vault-wrap-ttl"] == "5m")
        #expect(seen.headers["x-vault-token"]?.hasSuffix("canary") == true)
        try await server.stop()
    }

    @Test("a list is sent as a read with list=true")
    func list() async throws {
        let server = try await FakeServer(.init(status: 404, body: #"{"errors":[]}"#))
        #expect(try await client(server.address).list("secret/") == nil)
        #expect(server.seen.first?.method == "GET")
        #expect(server.seen.first?.target == "/v1/secret?list=true")
        try await server.stop()
    }

    @Test("a merge patch has its own content type")
    func patch() async throws {
        let server = try await FakeServer(.init(status: 204))
        #expect(try await client(server.address).patch("x", ["a": nil]) == nil)
        #expect(server.seen.first?.headers["content-type"] == "application/merge-patch+json")
        #expect(server.seen.first?.body == #"{"a":null}"#)
        try await server.stop()
    }

    @Test("an error is rendered as the reference renders it, without the token")
    func errorText() async throws {
        let server = try await FakeServer(
            .init(status: 403, body: #"{"errors":["1 error occurred:\n\t* permission denied\n\n"]}"#))
        let error = await #expect(throws: ClientError.self) {
            _ = try await client(server.address).read("secret/foo")
        }
        #expect(
            error?.description == "Error making API request.\n\nURL: GET \(server.address)/v1/secret/foo\n"
                + "Code: 403. Errors:\n\n* 1 error occurred:\n\t* permission denied\n\n")
        #expect(error?.description.contains("canary") == false)
        try await server.stop()
    }

    @Test("a body that is no JSON is shown as it came, with the namespace of the answer")
    func rawError() async throws {
        let server = try await FakeServer(
            .init(status: 400, headers: [("X-Vault-Namespace", "team/")], body: "bad gateway"))
        let error = await #expect(throws: ClientError.self) { _ = try await client(server.address).read("x") }
        #expect(
            error?.description == "Error making API request.\n\nNamespace: team/\nURL: GET \(server.address)/v1/x\n"
                + "Code: 400. Raw Message:\n\nbad gateway")
        try await server.stop()
    }

    @Test(
        "a server error is tried again, an ordinary error is not", arguments: [(502, 2), (412, 2), (501, 1), (400, 1)])
    func retries(status: Int, requests: Int) async throws {
        let server = try await FakeServer(
            .init(status: status, body: #"{"errors":[]}"#), .init(status: 200, body: #"{"data":{"k":"v"}}"#))
        let answer = try await client(server.address, retries: 2).send(APIRequest(.get, "x"))
        #expect(server.seen.count == requests)
        #expect(answer.status == (requests == 2 ? 200 : status))
        try await server.stop()
    }

    @Test("a redirect is followed once, with the method and the body")
    func redirect() async throws {
        let active = try await FakeServer(.init(status: 204))
        let standby = try await FakeServer(.init(status: 307, headers: [("Location", active.address + "/v1/x?a=b")]))
        _ = try await client(standby.address).write("x", ["k": "v"])
        #expect(active.seen.first?.method == "PUT")
        #expect(active.seen.first?.target == "/v1/x?a=b")
        #expect(active.seen.first?.body == #"{"k":"v"}"#)
        try await active.stop()
        try await standby.stop()
    }

    @Test("a refused connection is told in the words of Go")
    func refused() async throws {
        let server = try await FakeServer()
        let address = server.address
        try await server.stop()
        let error = await #expect(throws: ClientError.self) { _ = try await client(address).read("x") }
        let place = address.dropFirst("http://".count)
        #expect(
            error?.description == "Get \"\(address)/v1/x\": dial tcp \(place): connect: connection refused")
    }

    @Test("a wrapped answer is asked for where it must be, and never at the side of another request")
    func wrapping() async throws {
        let server = try await FakeServer(.init(status: 200, body: "{}"), .init(status: 200, body: "{}"))
        var client = try client(server.address)
        _ = try await client.write("sys/wrapping/wrap", ["k": "v"])
        client.configuration.wrapTTL = "1h"
        _ = try await client.send(APIRequest(.get, "x").asPreparation())
        #expect(server.seen.map { $0.headers["x-vault-wrap-ttl"] } == ["5m", nil])
        try await server.stop()
    }
}
