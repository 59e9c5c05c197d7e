import Testing

@testable import CofferHTTP

@Suite struct ResponseHeadersTests {
    private static func fields(_ status: Int, _ headers: ResponseHeaders, own: (String, String)? = nil) -> [String] {
        var response = HTTPResponse(status: status)
        if let own { response.fields.add(own.0, own.1) }
        headers.add(to: &response)
        return response.fields.list.map { "\($0.name)=\($0.value)" }
    }

    @Test("without rules there is what Vault sends by itself")
    func standard() {
        let expected = ["Strict-Transport-Security=max-age=31536000; includeSubDomains"]
        #expect(Self.fields(200, ResponseHeaders()) == expected)
    }

    @Test("a status goes before its family, a family before the default, and the answer's own field before all")
    func order() {
        let headers = ResponseHeaders(
            [
                .init(status: "404", fields: [("x-a", "status")]),
                .init(status: "4xx", fields: [("X-A", "family"), ("X-B", "family")]),
                .init(status: "default", fields: [("X-A", "default"), ("Strict-Transport-Security", "max-age=1")]),
            ], fixed: [("X-Vault-Hostname", "h1")])
        let common = ["Strict-Transport-Security=max-age=1"]
        #expect(Self.fields(200, headers) == common.first.map { ["X-A=default", $0, "X-Vault-Hostname=h1"] })
        #expect(Self.fields(403, headers) == common + ["X-Vault-Hostname=h1", "X-A=family", "X-B=family"])
        #expect(Self.fields(404, headers) == common + ["X-Vault-Hostname=h1", "X-B=family", "x-a=status"])
        #expect(Self.fields(200, headers, own: ("x-a", "own")).first == "x-a=own")
        #expect(Self.fields(200, headers, own: ("x-a", "own")).count == 3)
    }
}
