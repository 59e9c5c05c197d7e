import CofferBase
import CofferCore
import Testing

@testable import CofferHTTP

@Suite struct RequestReaderTests {
    private func read(
        _ method: String, _ path: String, query: String? = nil, _ fields: [(String, String)] = []
    ) throws(RequestReader.Refusal) -> IncomingRequest {
        var list = HTTPFields()
        for (name, value) in fields { list.add(name, value) }
        let body = HTTPBody(declaredLength: 0)
        let request = HTTPRequest(
            method: method, path: path, query: query, fields: list, connection: ConnectionInfo(), body: body)
        return try RequestReader.incoming(request, RequestReader.Limits())
    }

    @Test("methods and the ways to ask for a list")
    func methods() throws {
        #expect(try read("GET", "/v1/a").method == .get)
        #expect(try read("HEAD", "/v1/a").method == .get)
        #expect(try read("PUT", "/v1/a").method == .post)
        #expect(try read("POST", "/v1/a").method == .post)
        #expect(try read("LIST", "/v1/a").method == .list)
        #expect(try read("GET", "/v1/a", query: "list=true").method == .list)
        #expect(try read("GET", "/v1/a", query: "list=T").method == .list)
        #expect(try read("GET", "/v1/a", query: "list=0").method == .get)
        #expect(try read("GET", "/v1/a", query: "help=1").method == .help)
        #expect(throws: RequestReader.Refusal(400)) { _ = try read("GET", "/v1/a", query: "list=maybe") }
        #expect(throws: RequestReader.Refusal(405)) { _ = try read("BREW", "/v1/a") }
        #expect(throws: RequestReader.Refusal(405)) { _ = try read("OPTIONS", "/v1/a") }
    }

    @Test(
        "unclean paths are refused, not mended",
        arguments: [
            "/v1/a/../b", "/v1/a//b", "/v1/./a", "/v1/a/%2e%2e/b", "/v1/a/%2E/b", "/v1/a%2fb", "/v1/a/%252e%252e/b",
            "/v1/%zz", "/v1/a%", "/v1//a", "/v1/a/..", "/v1/..",
        ])
    func unclean(path: String) {
        #expect { _ = try read("GET", path) } throws: { ($0 as? RequestReader.Refusal)?.status == 400 }
    }

    @Test(
        "control characters are 400 without a body", arguments: ["/v1/a%00", "/v1/a%0ab", "/v1/a%7f", "/v1/%e2%80%ae"])
    func unprintable(path: String) {
        #expect(throws: RequestReader.Refusal(400, nil)) { _ = try read("GET", path) }
    }

    @Test("what is not the API is 404", arguments: ["/", "/v2/a", "/metrics", "/v1"])
    func elsewhere(path: String) {
        #expect(throws: RequestReader.Refusal(404)) { _ = try read("GET", path) }
    }

    @Test("the token comes from either header, the first of them wins, and has a bound")
    func token() throws {
        #expect(try read("GET", "/v1/a", [("X-Vault-Token", "t")]).token == "t")
        #expect(try read("GET", "/v1/a", [("Authorization", "Bearer t")]).token == "t")
        #expect(try read("GET", "/v1/a", [("Authorization", "bearer t")]).token == "t")
        #expect(try read("GET", "/v1/a", [("Authorization", "Basic t")]).token == nil)
        let both = [("Authorization", "Bearer b"), ("X-Vault-Token", "a")]
        #expect(try read("GET", "/v1/a", both).token == "a")
        let long = String(repeating: "t", count: 8193)
        #expect(throws: RequestReader.Refusal(431)) { _ = try read("GET", "/v1/a", [("X-Vault-Token", long)]) }
    }

    @Test("wrapping and namespace headers")
    func headers() throws {
        #expect(try read("GET", "/v1/a", [("X-Vault-Wrap-TTL", "60")]).wrapTTL == .seconds(60))
        #expect(try read("GET", "/v1/a", [("X-Vault-Wrap-TTL", "2m")]).wrapTTL == .seconds(120))
        #expect(try read("GET", "/v1/a", [("X-Vault-Wrap-TTL", "0")]).wrapTTL == nil)
        #expect { _ = try read("GET", "/v1/a", [("X-Vault-Wrap-TTL", "-1")]) } throws: {
            ($0 as? RequestReader.Refusal)?.status == 400
        }
        #expect(try read("GET", "/v1/a", [("X-Vault-Namespace", "root")]).namespace == "")
        #expect(try read("GET", "/v1/a", [("X-Vault-Namespace", "/a/b/")]).namespace == "a/b")
    }

    @Test("content types")
    func bodyKinds() throws {
        func kind(_ type: String) throws -> IncomingRequest.BodyKind {
            try read("POST", "/v1/a", [("Content-Type", type)]).bodyKind
        }
        #expect(try read("POST", "/v1/a").bodyKind == .json)
        #expect(try kind("application/json; charset=utf-8") == .json)
        #expect(try kind("application/x-www-form-urlencoded") == .form)
        #expect(try kind("application/merge-patch+json") == .mergePatch)
        #expect(try kind("text/plain") == .other("text/plain"))
    }
}
