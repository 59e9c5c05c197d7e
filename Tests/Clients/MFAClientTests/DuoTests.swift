import CofferBase
import CofferJSON
import Crypto
import HTTPClient
import TestSupport
import Testing

@testable import MFAClient

@Suite struct DuoTests {
    private static let secret = "Zh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Ep"
    private let clock = ManualClock(Timestamp(seconds: 1_345_570_158))

    private func duo(_ host: String = "api-xxxxxxxx.duosecurity.com", pushInfo: String = "") throws -> Duo {
        try Duo(
            address: #require(HTTPAddress(authority: host)), integrationKey: "DIWJ8X6AEYOR5OMC6TQ1",
            secretKey: Self.secret, pushInfo: pushInfo)
    }

    private func ask(_ stub: ServiceStub, passcode: String = "", pushInfo: String = "") async throws -> FactorAnswer {
        let question = FactorQuestion(username: "bob+x@example.com", passcode: passcode, remoteAddress: "10.1.2.3")
        return try await duo(pushInfo: pushInfo).ask(question, over: FactorWeb(send: stub.sender, clock: clock))
    }

    /// The service's own check, made with another library: true when the request was signed by who has the key.
    private static func isSigned(_ request: Request) -> Bool {
        let form = request.method == "GET" ? request.query : request.text
        let text = [
            request.header("Date") ?? "", request.method, request.address.authority, request.path, form,
        ].joined(separator: "\n")
        let code = HMAC<SHA512>.authenticationCode(
            for: Array(text.utf8), using: SymmetricKey(data: Array(secret.utf8)))
        let hex = code.map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
        return request.header("Authorization")
            == "Basic " + Base64.standard.encode(Array("DIWJ8X6AEYOR5OMC6TQ1:\(hex)".utf8))
    }

    private func stub(preauth: String = "auth", states: [String] = ["allow"]) -> ServiceStub {
        ServiceStub { (request, count) throws(HTTPFailure) in
            guard Self.isSigned(request) else { return .json(["stat": "FAIL"], status: 401) }
            switch request.path {
            case "/auth/v2/preauth": return .json(["stat": "OK", "response": ["result": .string(preauth)]])
            case "/auth/v2/auth": return .json(["stat": "OK", "response": ["txid": "t-1"]])
            default:
                let state = states[min(max(count - 2, 0), states.count - 1)]
                return .json(["stat": "OK", "response": ["result": .string(state), "status": "x"]])
            }
        }
    }

    /// The documentation's example of a request, its signature by SHA-512.
    @Test("a request is signed as the documentation's example is")
    func vector() throws {
        let form = Duo.form([("username", "root"), ("realname", "First Last")])
        #expect(form == "realname=First%20Last&username=root")
        let date = "Tue, 21 Aug 2012 17:29:18 -0000"
        #expect(WebDate.text(clock.now) == date)
        let signature =
            "1bffb8924348f7db7da9e7d7d749ded93aafd02d8e904960da7b96c57510220185a64a2827ee8f24ac5d30802a9ee97e"
            + "59de44b304b18242f0d596d15a8122af"
        #expect(
            try duo("API-xxxxxxxx.duosecurity.com").authorization(date, "POST", "/accounts/v1/account/list", form)
                == "Basic " + Base64.standard.encode(Array("DIWJ8X6AEYOR5OMC6TQ1:\(signature)".utf8)))
    }

    @Test("a user is asked on a device, and waited for")
    func push() async throws {
        let stub = stub(states: ["waiting", "waiting", "allow"])
        async let answer = ask(stub, pushInfo: "from=login")
        for _ in 0..<2 {
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(1))
        }
        #expect(try await answer == .yes)
        #expect(
            stub.seen.map(\.path) == ["/auth/v2/preauth", "/auth/v2/auth"]
                + Array(repeating: "/auth/v2/auth_status", count: 3))
        let asked = stub.seen[1].fields
        #expect(asked["username"] == "bob%2Bx%40example.com")
        #expect(asked["ipaddr"] == "10.1.2.3")
        #expect(asked["factor"] == "push")
        #expect(asked["device"] == "auto")
        #expect(asked["async"] == "1")
        #expect(asked["pushinfo"] == "from%3Dlogin")
        #expect(stub.seen[2].fields == ["txid": "t-1"])
    }

    @Test("a passcode is handed on as one")
    func passcode() async throws {
        let stub = stub()
        #expect(try await ask(stub, passcode: "123456") == .yes)
        #expect(stub.seen[1].fields["factor"] == "passcode")
        #expect(stub.seen[1].fields["passcode"] == "123456")
        #expect(stub.seen[1].fields["device"] == nil)
    }

    @Test("who is denied, not enrolled or refused gets no; who may go without is asked nothing")
    func answers() async throws {
        #expect(try await ask(stub(preauth: "allow")) == .yes)
        #expect(try await ask(stub(preauth: "deny")) != .yes)
        #expect(try await ask(stub(preauth: "enroll")) != .yes)
        #expect(try await ask(stub(states: ["deny"])) != .yes)
        await #expect(throws: FactorFailure.self) { try await ask(stub(preauth: "maybe")) }
        await #expect(throws: FactorFailure.self) { try await ask(stub(states: ["perhaps"])) }
    }

    @Test("a user who takes too long has said no")
    func late() async throws {
        async let answer = ask(stub(states: ["waiting"]))
        for _ in 0..<60 {
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(1))
        }
        #expect(try await answer == .no("The user did not answer in time."))
    }

    @Test(
        "an answer that is no success is none",
        arguments: [
            HTTPAnswer(status: 401, body: []), HTTPAnswer(status: 200, body: Array("[]".utf8)),
            .json(["stat": "FAIL", "response": ["result": "allow"]]), .json(["response": ["result": "allow"]]),
            .json(["stat": "OK", "response": "allow"]),
            .json(["stat": "OK", "response": ["result": "allow"]], status: 302),
        ])
    func broken(answer: HTTPAnswer) async throws {
        await #expect(throws: FactorFailure.self) {
            try await ask(ServiceStub { (_, _) throws(HTTPFailure) in answer })
        }
        await #expect(throws: FactorFailure.self) {
            try await ask(ServiceStub { (_, _) throws(HTTPFailure) in throw .timedOut })
        }
    }
}
