import CofferBase
import CofferJSON
import HTTPClient
import TestSupport
import Testing

@testable import MFAClient

@Suite struct OktaTests {
    private let clock = ManualClock()
    private static let base = "/api/v1/users/00u1/factors/"

    private func ask(
        _ stub: ServiceStub, _ name: String = "bob@example.com", passcode: String = "", byEmail: Bool = false
    ) async throws -> FactorAnswer {
        let okta = try Okta(
            address: #require(HTTPAddress(authority: "dev.okta.com")), token: "tok", matchesPrimaryEmail: byEmail)
        let question = FactorQuestion(username: name, passcode: passcode, remoteAddress: "10.1.2.3")
        return try await okta.ask(question, over: FactorWeb(send: stub.sender, clock: clock))
    }

    /// Bob, who has an app for pushes and one for codes.
    private func stub(
        user: JSONObject = [:], states: [String] = ["SUCCESS"], link: String = "https://dev.okta.com"
    ) -> ServiceStub {
        var bob: JSONObject = [
            "id": "00u1", "status": "ACTIVE", "profile": ["login": "Bob@example.com", "email": "bob@mail.example"],
        ]
        for member in user.members { bob[member.key] = member.value }
        let found = JSON.array([.object(bob)])
        return ServiceStub { (request, count) throws(HTTPFailure) in
            guard request.header("Authorization") == "SSWS tok" else { return .json([:], status: 401) }
            switch request.path {
            case "/api/v1/users": return .json(found)
            case "/api/v1/users/00u1/factors":
                return .json([
                    ["id": "opf0", "factorType": "push", "status": "PENDING_ACTIVATION"],
                    ["id": "ost1", "factorType": "token:software:totp", "status": "ACTIVE"],
                    ["id": "opf1", "factorType": "push", "provider": "OKTA", "status": "ACTIVE"],
                ])
            case Self.base + "opf1/verify":
                return .json(
                    [
                        "factorResult": "WAITING",
                        "_links": ["poll": ["href": .string(link + Self.base + "opf1/transactions/v2.tx")]],
                    ], status: 201)
            case Self.base + "ost1/verify":
                let isRight = (try? JSON.parseObject(request.body))?["passCode"] == "123456"
                return isRight
                    ? .json(["factorResult": "SUCCESS"]) : .json(["errorCode": "E0000068"], status: 403)
            case Self.base + "opf1/transactions/v2.tx":
                return .json(["factorResult": .string(states[min(max(count - 3, 0), states.count - 1)])])
            default: return .json([:], status: 404)
            }
        }
    }

    @Test("a user is found by login, asked by push, and waited for")
    func push() async throws {
        let stub = stub(states: ["WAITING", "SUCCESS"])
        async let answer = ask(stub)
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(1))
        #expect(try await answer == .yes)
        #expect(stub.seen[0].fields == ["filter": "profile.login%20eq%20%22bob%40example.com%22"])
        #expect(stub.seen[2].method == "POST")
        #expect(stub.seen.count == 5)
    }

    @Test("a passcode is verified by the factor for codes")
    func passcode() async throws {
        #expect(try await ask(stub(), passcode: "123456") == .yes)
        #expect(try await ask(stub(), passcode: "654321") == .no("Okta refused the passcode."))
    }

    @Test("a user is matched by email when the method says so, and never by another name than asked for")
    func names() async throws {
        let stub = stub()
        #expect(try await ask(stub, "bob@mail.example", byEmail: true) == .yes)
        #expect(stub.seen[0].fields["filter"]?.hasPrefix("profile.email%20eq") == true)
        #expect(try await ask(self.stub(), "eve@example.com") != .yes)
        for name in [#"x" or profile.login sw "b"#, #"x\"#] {
            let asked = self.stub()
            #expect(try await ask(asked, name) != .yes)
            #expect(asked.seen.isEmpty)
        }
    }

    @Test("a user who is not active, or says no, or does not answer, is not let in")
    func refusals() async throws {
        #expect(try await ask(stub(user: ["status": "SUSPENDED"])) != .yes)
        #expect(try await ask(stub(user: ["status": .null])) != .yes)
        for state in ["REJECTED", "TIMEOUT", "CANCELLED"] {
            #expect(try await ask(stub(states: [state])) != .yes)
        }
        #expect(try await ask(ServiceStub { (_, _) throws(HTTPFailure) in .json([]) }) != .yes)
    }

    @Test(
        "the token follows no link away from the organisation, and no id leaves its place in a path",
        arguments: [
            "https://evil.example", "http://dev.okta.com", "https://dev.okta.com:444", "https://dev.okta.com/x",
        ])
    func links(link: String) async throws {
        let stub = stub(link: link)
        await #expect(throws: FactorFailure.self) { try await ask(stub) }
        #expect(stub.seen.count == 3)
        await #expect(throws: FactorFailure.self) { try await ask(self.stub(user: ["id": "../../x"])) }
    }

    @Test("another status than success is no answer")
    func statuses() async throws {
        for status in [302, 401, 429, 500] {
            await #expect(throws: FactorFailure.self) {
                try await ask(ServiceStub { (_, _) throws(HTTPFailure) in .json([], status: status) })
            }
        }
    }
}
