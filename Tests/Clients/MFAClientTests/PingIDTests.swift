import CofferBase
import CofferJSON
import Crypto
import HTTPClient
import TestSupport
import Testing

@testable import MFAClient

@Suite struct PingIDTests {
    private static let key = Array("0123456789abcdef0123456789abcdef".utf8)
    private let clock = ManualClock(Timestamp(nanoseconds: 1_345_570_158_042_000_000))

    private static func file(_ change: (inout [String: String]) -> Void = { _ in }) -> String {
        var lines = [
            "use_base64_key": Base64.standard.encode(key), "use_signature": "true", "token": "tok",
            "idp_url": #"https\://ping.example/pingid"#, "org_alias": "org-1",
            "admin_url": "https://ping.example/pingid", "authenticator_url": "https://auth.example/pingid/ppm",
        ]
        change(&lines)
        let text = "#Auto-Generated\n#date\n" + lines.map { "\($0.key)=\($0.value)\n" }.sorted().joined()
        return Base64.standard.encode(Array(text.utf8))
    }

    /// A token as the service signs it, made with another library.
    private static func token(_ claims: JSON, algorithm: String = "HS256", key: [UInt8] = key) -> String {
        let text = [JSON.object(["alg": .string(algorithm)]), claims]
            .map { Base64.urlUnpadded.encode($0.serialized()) }.joined(separator: ".")
        let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key))
        return text + "." + Base64.urlUnpadded.encode(Array(code))
    }

    private func ask(_ answer: String, status: Int = 200) async throws -> (FactorAnswer, Request) {
        let stub = ServiceStub { (_, _) throws(HTTPFailure) in HTTPAnswer(status: status, body: Array(answer.utf8)) }
        let question = FactorQuestion(username: "bob", passcode: "", remoteAddress: "10.1.2.3")
        let answer = try await PingID(PingIDSettings(base64: Self.file())).ask(
            question, over: FactorWeb(send: stub.sender, clock: clock))
        return (answer, stub.seen[0])
    }

    @Test("a question is a token signed with the organisation's key, in the documented form")
    func question() async throws {
        let (answer, request) = try await ask(Self.token(["responseBody": ["errorId": 200, "errorMsg": "ok"]]))
        #expect(answer == .yes)
        #expect(request.address.authority == "ping.example")
        #expect(request.target == "/pingid/rest/4/authonline/do")
        let parts = request.text.split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        let code = try #require(Base64.urlUnpadded.decode(parts[2]))
        #expect(
            HMAC<SHA256>.isValidAuthenticationCode(
                code, authenticating: Array("\(parts[0]).\(parts[1])".utf8), using: SymmetricKey(data: Self.key)))
        let header = try JSON.parse(#require(Base64.urlUnpadded.decode(parts[0])))
        #expect(header["alg"] == "HS256")
        #expect(header["org_alias"] == "org-1")
        #expect(header["token"] == "tok")
        let claims = try JSON.parse(#require(Base64.urlUnpadded.decode(parts[1])))
        #expect(claims["reqHeader"]?["timestamp"] == "2012-08-21 17:29:18.042")
        #expect(claims["reqHeader"]?["version"] == "4.9")
        #expect(claims["reqHeader"]?["orgAlias"] == "org-1")
        #expect(claims["reqHeader"]?["secretKey"] == "tok")
        #expect(claims["reqBody"] == ["spAlias": "web", "userName": "bob", "authType": "CONFIRM"])
    }

    @Test("only an answer that is signed with the key by the one algorithm is believed")
    func signatures() async throws {
        let yes: JSON = ["responseBody": ["errorId": 200]]
        let texts = [
            Self.token(yes, key: Array("another".utf8)), Self.token(yes, algorithm: "none"),
            Self.token(yes, algorithm: "HS512"), "", "a.b.c", yes.text,
            String(Self.token(yes).prefix { $0 != "." }) + "..", Self.token(["errorId": 200]),
            Self.token(["responseBody": ["errorId": "ok"]]),
        ]
        for text in texts { await #expect(throws: FactorFailure.self, "\(text)") { try await ask(text) } }
        await #expect(throws: FactorFailure.self) { try await ask(Self.token(yes), status: 500) }
        #expect(try await ask(Self.token(["responseBody": ["errorId": 20513]])).0 != .yes)
    }

    @Test("a settings file that lacks something, or leads elsewhere than to https, is refused without its values")
    func settings() throws {
        let settings = try PingIDSettings(base64: Self.file())
        #expect(settings.organisation == "org-1")
        #expect(settings.usesSignature)
        #expect(settings.url == "https://ping.example/pingid")
        #expect(settings.authenticatorURL == "https://auth.example/pingid/ppm")
        let broken = [
            "%%", Base64.standard.encode(Array("no line\n".utf8)), Self.file { $0["token"] = nil },
            Self.file { $0["org_alias"] = "" }, Self.file { $0["use_base64_key"] = "c2VjcmV0-canary" },
            Self.file { $0["idp_url"] = "http://ping.example" },
        ]
        for text in broken {
            #expect { try PingIDSettings(base64: text) } throws: { error in !"\(error)".contains("canary") }
        }
    }
}
