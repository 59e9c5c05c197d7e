import AWSClient
import CofferBase
import HTTPClient
import TestSupport
import Testing

@Suite struct AWSSignatureTests {
    private static let now = Timestamp(seconds: 1_440_938_160)

    private func credentials(_ token: String = "") -> AWSCredentials {
        AWSCredentials(
            accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: token)
    }

    private func signature(_ service: String, _ request: AWSSignature.Request, token: String = "") -> String {
        let headers = AWSSignature(region: "us-east-1", service: service)
            .headers(for: request, credentials(token), at: Self.now)
        #expect(headers.first?.value == "20150830T123600Z")
        let text = headers.last?.value ?? ""
        return text.split(separator: "=").last.map(String.init) ?? ""
    }

    @Test("the published vector without parameters")
    func vanilla() {
        let request = AWSSignature.Request("GET", path: "/", headers: [("Host", "example.amazonaws.com")])
        #expect(
            signature("service", request) == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
    }

    @Test("a request with a body and a session token, as the vendor's own client signs it")
    func body() {
        var request = AWSSignature.Request(
            "POST", path: "/",
            headers: [
                ("Host", "kms.us-east-1.amazonaws.com"), ("Content-Type", "application/x-amz-json-1.1"),
                ("X-Amz-Target", "TrentService.Encrypt"),
            ])
        request.body = Array("{\"KeyId\":\"k\"}".utf8)
        #expect(
            signature("kms", request, token: "SESSION")
                == "a8d51170bba1fde0433fd2c8821be7bc371f4b8e3218bf6d246c197fbeb8f265")
    }

    @Test("a request with a path and a query, as the vendor's own client signs it")
    func query() {
        var request = AWSSignature.Request("GET", path: "/a/b", headers: [("Host", "example.amazonaws.com")])
        request.query = [("prefix", "a/b c"), ("list-type", "2")]
        #expect(signature("s3", request) == "1136bd66aa1de404ac0a641dcfea3e51992f5c0d1122f3162788dfb7ea392482")
        #expect(AWSSignature.query(request.query) == "list-type=2&prefix=a%2Fb%20c")
    }

    @Test("a service is asked at its place, below a base path too, with what was signed")
    func service() async throws {
        let address = try #require(HTTPAddress("http://127.0.0.1:5000/base"))
        let service = AWSService(
            address, AWSSignature(region: "us-east-1", service: "kms"), credentials(), clock: ManualClock(Self.now)
        ) { (call) async throws(HTTPFailure) in
            HTTPAnswer(status: 200, headers: call.headers, body: Array(call.target.utf8))
        }
        var request = AWSSignature.Request("GET", path: "/x", headers: [])
        request.query = [("a", "b")]
        let answer = try await service.call(request)
        #expect(answer.body == Array("/x?a=b".utf8))
        #expect(answer.header("host") == "127.0.0.1:5000")
        #expect(answer.header("authorization")?.contains("SignedHeaders=host;x-amz-date") == true)
    }

    @Test("where services are, by region")
    func addresses() {
        #expect(AWSService.standardAddress(service: "kms", region: "eu-west-1")?.host == "kms.eu-west-1.amazonaws.com")
        #expect(
            AWSService.standardAddress(service: "s3", region: "cn-north-1")?.host == "s3.cn-north-1.amazonaws.com.cn")
        for region in ["", "a/b", "a.b", "A", "a b"] {
            #expect(AWSService.standardAddress(service: "kms", region: region) == nil)
        }
    }
}
