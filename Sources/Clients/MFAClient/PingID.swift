internal import CofferBase
internal import CofferCrypto
internal import CofferJSON
internal import HTTPClient

/// PingID's API, version 4.9: requests and answers are tokens signed with the organisation's key.
package struct PingID: FactorService {
    private let settings: PingIDSettings

    package init(_ settings: PingIDSettings) { self.settings = settings }

    /// The user confirms on the device; passcodes are not part of this call.
    package func ask(_ question: FactorQuestion, over web: FactorWeb) async throws(FactorFailure) -> FactorAnswer {
        let body: JSONObject = ["spAlias": "web", "userName": .string(question.username), "authType": "CONFIRM"]
        let token = token(body, at: web.clock.now)
        var request = HTTPCall(
            "POST", "/rest/4/authonline/do",
            headers: [("Content-Type", "application/json")], body: Array(token.utf8))
        request.timeout = FactorWeb.patience
        let answer = try await web.answer(to: request, at: settings.address)
        guard answer.status == 200 else { throw .status(answer.status) }
        guard let claims = claims(of: String(decoding: answer.body, as: UTF8.self)),
            let code = claims["responseBody"]?.objectValue?["errorId"]?.intValue
        else { throw .unreadable }
        return code == 200 ? .yes : .no("The user, or PingID, said no (error \(code)).")
    }

    private func token(_ body: JSONObject, at now: Timestamp) -> String {
        let header: JSONObject = [
            "alg": "HS256", "org_alias": .string(settings.organisation), "token": .string(settings.token),
        ]
        let claims: JSONObject = [
            "reqHeader": [
                "locale": "en", "orgAlias": .string(settings.organisation), "secretKey": .string(settings.token),
                "timestamp": .string(WebDate.plain(now)), "version": "4.9",
            ],
            "reqBody": .object(body),
        ]
        let text = [header, claims].map { Base64.urlUnpadded.encode(JSON.object($0).serialized()) }
            .joined(separator: ".")
        return text + "." + Base64.urlUnpadded.encode(sign(text))
    }

    private func sign(_ text: String) -> [UInt8] { Digest.sha256.authenticate(Array(text.utf8), key: settings.key) }

    /// What the service said, when it was the service: signed with the key, by the one algorithm.
    private func claims(of answer: String) -> JSONObject? {
        let parts = answer.filter { !$0.isWhitespace }.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Base64.urlUnpadded.decode(parts[0]),
            let body = Base64.urlUnpadded.decode(parts[1]), let signature = Base64.urlUnpadded.decode(parts[2]),
            let header = try? JSON.parseObject(head), header["alg"]?.stringValue == "HS256",
            constantTimeEqual(sign("\(parts[0]).\(parts[1])"), signature)
        else { return nil }
        return try? JSON.parseObject(body)
    }
}
