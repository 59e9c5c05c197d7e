import CofferBase
import Testing

@testable import CofferHTTP

/// `X-Forwarded-For`, as Vault's listeners take it.
@Suite struct ForwardedForTests {
    private static let notThere = "missing x-forwarded-for header and configured to reject when not present"
    private static let notListed =
        "client address not authorized for x-forwarded-for and configured to reject connection"

    private func rule(_ change: (inout ForwardedFor) -> Void = { _ in }) throws -> ForwardedFor {
        var rule = ForwardedFor(authorized: [try #require(CIDR("10.0.0.0/8")), try #require(CIDR("::1"))])
        change(&rule)
        return rule
    }

    private func request(_ lines: [String], from source: String = "10.1.2.3") -> HTTPRequest {
        var (fields, connection) = (HTTPFields(), ConnectionInfo())
        for line in lines { fields.add("X-Forwarded-For", line) }
        connection.remoteAddress = source
        return HTTPRequest(
            method: "GET", path: "/", query: nil, fields: fields, connection: connection,
            body: HTTPBody(declaredLength: 0))
    }

    @Test(
        "the last link is the client, in the one spelling of its address",
        arguments: [
            (["203.0.113.7"], "203.0.113.7"), (["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            (["203.0.113.9", "198.51.100.1,203.0.113.7"], "203.0.113.7"), ([" \t203.0.113.7 "], "203.0.113.7"),
            (["203.0.113.7:4660"], "203.0.113.7"), (["2001:DB8::7"], "2001:db8::7"),
            (["[2001:db8:0::7]"], "2001:db8::7"),
            (["[2001:db8::7]:4660"], "2001:db8::7"), (["::ffff:203.0.113.7"], "203.0.113.7"),
            (["198.51.100.1\u{600}, 203.0.113.7"], "203.0.113.7"), (["a,\u{301},203.0.113.7"], "203.0.113.7"),
        ])
    func last(lines: [String], client: String) throws {
        #expect(try rule().client(request(lines)) == client)
        #expect(try rule().client(request(lines, from: "::1")) == client)
    }

    @Test("proxies between the client and the last one are skipped, and never more than there are links")
    func skips() throws {
        let chain = request(["203.0.113.7, 198.51.100.1", "198.51.100.2"])
        #expect(try rule { $0.hopSkips = 1 }.client(chain) == "198.51.100.1")
        #expect(try rule { $0.hopSkips = 2 }.client(chain) == "203.0.113.7")
        for skips in [3, 4, Int.max] {
            let text =
                "malformed x-forwarded-for configuration or request, hops to skip (\(skips)) would skip before "
                + "earliest chain link (chain length 2)"
            #expect(throws: RequestReader.Refusal(400, [text])) { try rule { $0.hopSkips = skips }.client(chain) }
        }
    }

    @Test(
        "an unlisted source is refused or has its own address, whatever it sends",
        arguments: ["203.0.113.7", "", "nonsense"])
    func unlisted(line: String) throws {
        for source in ["192.0.2.1", "::2", ""] {
            let request = request([line], from: source)
            #expect(throws: RequestReader.Refusal(400, [Self.notListed])) { try rule().client(request) }
            #expect(try rule { $0.rejectsNotAuthorized = false }.client(request) == nil)
        }
    }

    @Test("a request without the header is refused or has its own address", arguments: ["10.1.2.3", "192.0.2.1"])
    func absent(source: String) throws {
        #expect(throws: RequestReader.Refusal(400, [Self.notThere])) { try rule().client(request([], from: source)) }
        #expect(try rule { $0.rejectsNotPresent = false }.client(request([], from: source)) == nil)
    }

    @Test(
        "a client that is no address is nobody's",
        arguments: ["", ",", "unknown", "203.0.113.7, ", "203.0.113.256", "host.example", "1.2.3.4 5.6.7.8", "::g"])
    func malformed(line: String) throws {
        let refusal = RequestReader.Refusal(400, ["malformed x-forwarded-for header: the client is not an address"])
        #expect(throws: refusal) { try rule().client(request([line])) }
    }
}
