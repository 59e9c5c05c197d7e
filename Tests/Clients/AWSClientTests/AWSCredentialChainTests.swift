import AWSClient
import CofferBase
import Glibc
import HTTPClient
import Synchronization
import TestSupport
import Testing

/// The services of a machine: what they answer, and what they were asked.
private final class Places: Sendable {
    private struct State {
        var answers: [String: HTTPAnswer] = [:]
        var asked: [String] = []
        var calls: [HTTPCall] = []
    }

    private let state = Mutex(State())

    func set(_ request: String, _ body: String, status: Int = 200) {
        state.withLock { $0.answers[request] = HTTPAnswer(status: status, body: Array(body.utf8)) }
    }

    func open(_ address: HTTPAddress) -> HTTPSender {
        { (call) async throws(HTTPFailure) in
            let request = "\(call.method) \(address.authority)\(call.target)"
            let answer = self.state.withLock { state in
                state.asked.append(request)
                state.calls.append(call)
                return state.answers[request]
            }
            guard let answer else { throw .unreachable }
            return answer
        }
    }

    var asked: [String] { state.withLock { $0.asked } }
    var calls: [HTTPCall] { state.withLock { $0.calls } }
}

@Suite struct AWSCredentialChainTests {
    private let places = Places()
    private let clock = ManualClock()

    private func chain(_ environment: [String: String], fixed: AWSCredentials? = nil) -> AWSCredentialChain {
        let places = places
        return AWSCredentialChain(
            fixed: fixed, environment: environment, region: "eu-west-1", clock: clock, open: { places.open($0) })
    }

    private func file(_ text: String) throws -> String {
        var template = Array("/tmp/coffer-aws-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
        close(descriptor)
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func keys(_ name: String, in time: Duration) -> String {
        #"{"AccessKeyId":"\#(name)","SecretAccessKey":"s","Token":"t","Expiration":"\#((clock.now + time).rfc3339)"}"#
    }

    @Test("keys of a configuration end the search, then those of the environment")
    func given() async throws {
        let fixed = AWSCredentials(accessKey: "F", secretKey: "s")
        let environment = ["AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"]
        #expect(try await chain(environment, fixed: fixed).credentials().accessKey == "F")
        let found = try await chain(environment).credentials()
        #expect(found.accessKey == "E" && found.sessionToken == "t")
        #expect(places.asked.isEmpty)
    }

    @Test("a web identity is exchanged for keys")
    func webIdentity() async throws {
        let token = try file("a.b.c\n")
        let end = (clock.now + .seconds(3600)).rfc3339
        places.set(
            "POST sts.eu-west-1.amazonaws.com/",
            """
            <R><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>W</AccessKeyId>
            <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>\(end)</Expiration>
            </Credentials></AssumeRoleWithWebIdentityResult></R>
            """)
        let chain = chain(["AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "arn:aws:iam::1:role/r"])
        #expect(try await chain.credentials().accessKey == "W")
        let form = String(decoding: places.calls[0].body, as: UTF8.self)
        #expect(form.contains("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"))
        #expect(form.hasSuffix("WebIdentityToken=a.b.c"))
    }

    @Test("shared files give the keys of the profile")
    func sharedFiles() async throws {
        let path = try file(
            """
            # [default] of nobody
            [default]
            aws_access_key_id = D
            aws_secret_access_key=s
            [other]
            aws_access_key_id=O
            aws_secret_access_key= s=1
            """)
        #expect(try await chain(["AWS_SHARED_CREDENTIALS_FILE": path]).credentials().accessKey == "D")
        let other = try await chain(["AWS_SHARED_CREDENTIALS_FILE": path, "AWS_PROFILE": "other"]).credentials()
        #expect(other.accessKey == "O" && other.secretKey == "s=1")
        let configuration = try file("[profile third]\naws_access_key_id=T\naws_secret_access_key=s\n")
        #expect(
            try await chain(["AWS_CONFIG_FILE": configuration, "AWS_PROFILE": "third"]).credentials().accessKey == "T")
        await #expect(throws: AWSCredentialFailure.self) {
            try await chain(["AWS_SHARED_CREDENTIALS_FILE": path, "AWS_PROFILE": "none"]).credentials()
        }
    }

    @Test("a container's keys are asked for at allowed addresses only, with its token")
    func container() async throws {
        places.set("GET 169.254.170.2/v2/x?id=1", keys("C", in: .seconds(3600)))
        let found = try await chain(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x?id=1"]).credentials()
        #expect(found.accessKey == "C" && found.sessionToken == "t")
        places.set("GET 127.0.0.1:9000/keys", keys("L", in: .seconds(3600)))
        let token = try file("proof\n")
        let local = chain([
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9000/keys",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token,
        ])
        #expect(try await local.credentials().accessKey == "L")
        #expect(places.calls.last?.headers.contains { $0.name == "Authorization" && $0.value == "proof" } == true)
        await #expect(throws: AWSCredentialFailure.self) {
            try await chain(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/keys"]).credentials()
        }
    }

    @Test("an instance's role gives keys over version 2 of the service, anew before they end")
    func instance() async throws {
        let folder = "169.254.169.254/latest/meta-data/iam/security-credentials/"
        places.set("PUT 169.254.169.254/latest/api/token", "proof")
        places.set("GET " + folder, "role\n")
        places.set("GET \(folder)role", keys("I", in: .seconds(3600)))
        let chain = chain([:])
        #expect(try await chain.credentials().accessKey == "I")
        #expect(places.calls.dropFirst().allSatisfy { $0.headers.contains { $0.value == "proof" } })
        places.set("GET \(folder)role", keys("J", in: .seconds(7200)))
        #expect(try await chain.credentials().accessKey == "I")
        clock.advance(by: .seconds(3400))
        #expect(try await chain.credentials().accessKey == "J")
        // Until they end the old ones are good.
        clock.advance(by: .seconds(3600))
        places.set("GET \(folder)role", "", status: 500)
        #expect(try await chain.credentials().accessKey == "J")
        clock.advance(by: .seconds(300))
        await #expect(throws: AWSCredentialFailure.self) { try await chain.credentials() }
    }

    @Test("a machine that has no keys says where they could be, and is not asked when that is switched off")
    func none() async {
        let failure = await #expect(throws: AWSCredentialFailure.self) { try await chain([:]).credentials() }
        #expect(failure?.text.contains("access_key") == true)
        let count = places.asked.count
        await #expect(throws: AWSCredentialFailure.self) {
            try await chain(["AWS_EC2_METADATA_DISABLED": "true"]).credentials()
        }
        #expect(places.asked.count == count)
    }
}
