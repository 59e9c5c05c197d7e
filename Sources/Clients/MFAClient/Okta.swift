internal import CofferBase
internal import CofferJSON
package import HTTPClient

/// Okta's Users and Factors API (developer.okta.com).
package struct Okta: FactorService {
    private let address: HTTPAddress
    private let token: String
    private let matchesPrimaryEmail: Bool

    package init(address: HTTPAddress, token: String, matchesPrimaryEmail: Bool) {
        self.address = address
        self.token = token
        self.matchesPrimaryEmail = matchesPrimaryEmail
    }

    package func ask(_ question: FactorQuestion, over web: FactorWeb) async throws(FactorFailure) -> FactorAnswer {
        // The name stands in a filter: what could end its string is no name.
        guard question.username.utf8.allSatisfy({ $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) else {
            return .no("The user's name holds characters that Okta's names do not have.")
        }
        guard let user = try await user(question.username, web) else {
            return .no("Okta knows no active user of that name.")
        }
        guard let factor = try await factor(of: user, question.passcode.isEmpty ? Self.pushes : Self.codes, web) else {
            return .no("The user has no active factor of the kind at Okta.")
        }
        let base = "/api/v1/users/\(user)/factors/\(factor)"
        if question.passcode.isEmpty { return try await push(base, web) }
        let body: JSON = ["passCode": .string(question.passcode)]
        let answer = try await send("POST", base + "/verify", body.serialized(), web)
        // Its error for a passcode that is wrong, or was used.
        if answer.status == 403 { return .no("Okta refused the passcode.") }
        return try Self.result(of: answer) == "SUCCESS" ? .yes : .no("Okta refused the passcode.")
    }

    private static let pushes = ["push"]
    private static let codes = ["token:software:totp", "token", "token:hardware"]

    private func user(_ name: String, _ web: FactorWeb) async throws(FactorFailure) -> String? {
        let key = matchesPrimaryEmail ? "email" : "login"
        let filter = PercentEncoding.encode("profile.\(key) eq \"\(name)\"")
        let found = try Self.list(try await send("GET", "/api/v1/users?filter=" + filter, [], web))
        // More than one is nobody in particular.
        guard found.count == 1, let user = found[0].objectValue else { return nil }
        let told = user["profile"]?.objectValue?[key]?.stringValue ?? ""
        guard user["status"]?.stringValue == "ACTIVE", told.lowercased() == name.lowercased() else { return nil }
        return try Self.id(user)
    }

    private func factor(
        of user: String, _ types: [String], _ web: FactorWeb
    ) async throws(FactorFailure) -> String? {
        let found = try Self.list(try await send("GET", "/api/v1/users/\(user)/factors", [], web))
        for type in types {
            for factor in found.compactMap(\.objectValue) where factor["factorType"]?.stringValue == type {
                if let status = factor["status"]?.stringValue, status != "ACTIVE" { continue }
                return try Self.id(factor)
            }
        }
        return nil
    }

    private func push(_ base: String, _ web: FactorWeb) async throws(FactorFailure) -> FactorAnswer {
        let started = try await send("POST", base + "/verify", Array("{}".utf8), web)
        guard try Self.result(of: started) == "WAITING",
            let link = try? JSON.parseObject(started.body)["_links"]?.objectValue?["poll"]?.objectValue?["href"],
            let target = target(of: link.stringValue ?? "", below: base)
        else { throw .unreadable }
        return try await web.poll { (_) async throws(FactorFailure) in
            switch try Self.result(of: try await send("GET", target, [], web)) {
            case "WAITING": return nil
            case "SUCCESS": return .yes
            case "REJECTED": return .no("The user said no.")
            default: return .no("Okta ended the question without the user's consent.")
            }
        }
    }

    /// The token goes nowhere but to the organisation, whatever the link says.
    private func target(of link: String, below base: String) -> String? {
        let start = "https://" + address.authority
        guard link.hasPrefix(start + base + "/"), !link.contains("..") else { return nil }
        return String(link.dropFirst(start.count))
    }

    private func send(
        _ method: String, _ target: String, _ body: [UInt8], _ web: FactorWeb
    ) async throws(FactorFailure) -> HTTPAnswer {
        let headers = [
            ("Authorization", "SSWS " + token), ("Accept", "application/json"), ("Content-Type", "application/json"),
        ]
        return try await web.answer(to: HTTPCall(method, target, headers: headers, body: body), at: address)
    }

    private static func list(_ answer: HTTPAnswer) throws(FactorFailure) -> [JSON] {
        guard answer.status == 200 else { throw .status(answer.status) }
        guard let list = try? JSON.parse(answer.body).arrayValue else { throw .unreadable }
        return list
    }

    private static func result(of answer: HTTPAnswer) throws(FactorFailure) -> String {
        guard (200..<300).contains(answer.status) else { throw .status(answer.status) }
        guard let result = try? JSON.parseObject(answer.body)["factorResult"]?.stringValue else { throw .unreadable }
        return result
    }

    /// An id that may stand in a path.
    private static func id(_ object: JSONObject) throws(FactorFailure) -> String {
        guard let id = object["id"]?.stringValue, !id.isEmpty, id.utf8.count <= 128,
            PercentEncoding.encode(id) == id, !id.contains(".")
        else { throw .unreadable }
        return id
    }
}
