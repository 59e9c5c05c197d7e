internal import CofferBase
internal import CofferCrypto
internal import CofferJSON
package import HTTPClient

/// Duo's Auth API, version 2 (duo.com/docs/authapi).
package struct Duo: FactorService {
    private let address: HTTPAddress
    private let integrationKey: String
    private let secretKey: String
    private let pushInfo: String

    package init(address: HTTPAddress, integrationKey: String, secretKey: String, pushInfo: String) {
        self.address = address
        self.integrationKey = integrationKey
        self.secretKey = secretKey
        self.pushInfo = pushInfo
    }

    package func ask(_ question: FactorQuestion, over web: FactorWeb) async throws(FactorFailure) -> FactorAnswer {
        var who = [("username", question.username)]
        if !question.remoteAddress.isEmpty { who.append(("ipaddr", question.remoteAddress)) }
        let preauth = try await call("POST", "/auth/v2/preauth", who, web)
        switch preauth["result"]?.stringValue {
        case "auth"?: break
        case "allow"?: return .yes
        case "deny"?: return .no("Duo does not let the user log in.")
        case "enroll"?: return .no("The user is not enrolled in Duo.")
        default: throw .unreadable
        }
        let started = try await call("POST", "/auth/v2/auth", who + factor(question), web)
        guard let transaction = started["txid"]?.stringValue, !transaction.isEmpty else { throw .unreadable }
        return try await web.poll { (rest) async throws(FactorFailure) in
            // It is answered when it changes.
            let state = try await call("GET", "/auth/v2/auth_status", [("txid", transaction)], web, timeout: rest)
            return switch state["result"]?.stringValue {
            case "allow"?: .yes
            case "deny"?: .no("The user, or Duo, said no.")
            case "waiting"?: nil
            default: throw .unreadable
            }
        }
    }

    private func factor(_ question: FactorQuestion) -> [(String, String)] {
        if !question.passcode.isEmpty {
            return [("factor", "passcode"), ("passcode", question.passcode), ("async", "1")]
        }
        let shown = pushInfo.isEmpty ? [] : [("pushinfo", pushInfo)]
        return [("factor", "push"), ("device", "auto"), ("async", "1")] + shown
    }

    /// The `response` object of a call that went well.
    private func call(
        _ method: String, _ path: String, _ parameters: [(String, String)], _ web: FactorWeb,
        timeout: Duration = .seconds(15)
    ) async throws(FactorFailure) -> JSONObject {
        let form = Self.form(parameters)
        let date = WebDate.text(web.clock.now)
        var headers = [("Date", date), ("Authorization", authorization(date, method, path, form))]
        let isRead = method == "GET"
        if !isRead { headers.append(("Content-Type", "application/x-www-form-urlencoded")) }
        var request = HTTPCall(
            method, isRead ? path + "?" + form : path, headers: headers, body: isRead ? [] : Array(form.utf8))
        request.timeout = timeout
        let answer = try await web.answer(to: request, at: address)
        guard answer.status == 200 else { throw .status(answer.status) }
        guard let object = try? JSON.parseObject(answer.body), object["stat"]?.stringValue == "OK",
            let response = object["response"]?.objectValue
        else { throw .unreadable }
        return response
    }

    /// Sorted by name, as it is signed and as it is sent.
    static func form(_ parameters: [(String, String)]) -> String {
        parameters.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
            .map { PercentEncoding.encode($0.0) + "=" + PercentEncoding.encode($0.1) }.joined(separator: "&")
    }

    /// Basic authentication whose password is an HMAC-SHA512 over what is asked.
    func authorization(_ date: String, _ method: String, _ path: String, _ form: String) -> String {
        let text = [date, method, address.authority.lowercased(), path, form].joined(separator: "\n")
        let key = SecretBytes(copying: Array(secretKey.utf8))
        let signature = Hex.encode(Digest.sha512.authenticate(Array(text.utf8), key: key))
        return "Basic " + Base64.standard.encode(Array("\(integrationKey):\(signature)".utf8))
    }
}
