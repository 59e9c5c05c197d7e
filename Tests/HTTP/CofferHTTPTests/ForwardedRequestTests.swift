import NIOHTTP1
import Testing

@testable import CofferHTTP

@Suite struct ForwardedRequestTests {
    private func request(_ fields: [(String, String)]) -> HTTPRequest {
        var all = HTTPFields()
        for (name, value) in fields { all.add(name, value) }
        var connection = ConnectionInfo()
        connection.remoteAddress = "192.0.2.7"
        connection.remotePort = 4711
        connection.peerCertificates = [[1, 2, 3]]
        return HTTPRequest(
            method: "LIST", path: "/v1/secret/a%20b", query: "x=1", fields: all, connection: connection,
            body: HTTPBody(received: []))
    }

    @Test("the client's address and certificate come along, and what a client claims about them does not")
    func client() {
        let sent = ForwardedRequest(
            request([("X-Vault-Token", "t"), ("X-Coffer-Forwarded-Address", "203.0.113.1"), ("Connection", "close")]),
            [7])
        #expect(sent.head.method.rawValue == "LIST")
        #expect(sent.head.uri == "/v1/secret/a%20b?x=1")
        #expect(sent.head.headers["connection"].isEmpty)
        #expect(sent.head.headers["content-length"] == ["1"])
        #expect(sent.head.headers["x-coffer-forwarded-address"] == ["192.0.2.7"])
        var fields = HTTPFields()
        for (name, value) in sent.head.headers { fields.add(name, value) }
        let arrived = HTTPRequest(
            method: "LIST", path: "/v1/secret/a%20b", query: "x=1", fields: fields, connection: ConnectionInfo(),
            body: HTTPBody(received: [7]))
        let restored = ForwardedRequest.restored(arrived)
        #expect(restored.connection.remoteAddress == "192.0.2.7")
        #expect(restored.connection.remotePort == 4711)
        #expect(restored.connection.peerCertificates == [[1, 2, 3]])
        #expect(restored.fields["x-vault-token"] == "t")
        #expect(restored.fields.list.allSatisfy { !$0.name.lowercased().hasPrefix("x-coffer-forwarded") })
    }

    @Test("a cluster address is a host and a port")
    func addresses() {
        #expect(ClusterAddress("https://10.0.0.1:8201") == ClusterAddress("10.0.0.1:8201"))
        #expect(ClusterAddress("https://[::1]:8201/")?.host == "::1")
        for text in ["", "https://", "host", "host:0", "host:70000", ":8201", "host:x"] {
            #expect(ClusterAddress(text) == nil, "\(text)")
        }
    }
}
