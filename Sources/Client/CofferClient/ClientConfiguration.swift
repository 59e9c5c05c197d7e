package import ClientTLS
internal import CofferBase
internal import CofferJSON

/// Where and how requests are sent.
package struct ClientConfiguration: Sendable {
    package var address: String
    package var tls = ClientTrust()
    /// For one attempt, connecting included.
    package var timeout: Duration = .seconds(60)
    /// How often a failed attempt is repeated.
    package var retries = 2
    package var token = ""
    /// Sent as it is; empty for the root namespace.
    package var namespace = ""
    /// A duration such as `5m`; empty for answers that are not wrapped.
    package var wrapTTL = ""
    /// One-phase second factors, `method[:value]` each.
    package var secondFactors: [String] = []
    package var headers: [(name: String, value: String)] = []
    package var followsRedirects = true
    /// The variables that may name a proxy, by their names.
    package var proxyVariables: [String: String] = [:]
    /// Nil for as many requests as there are.
    package var rateLimit: RateLimit?

    package init(address: String = "https://127.0.0.1:8200") { self.address = address }

    /// The settings of the `VAULT_…` variables; see `vaultEnvironment` for their `BAO_…` names.
    /// - Throws: `ClientError.configuration` that names the variable.
    package init(environment: [String: String]) throws(ClientError) {
        self.init()
        func text(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let address = text("VAULT_AGENT_ADDR") ?? text("VAULT_ADDR") { self.address = address }
        tls = try ClientTrust(vaultEnvironment: environment)
        if let value = text("VAULT_CLIENT_TIMEOUT") {
            guard let duration = GoDuration.parse(value), duration >= .zero else {
                throw .badVariable("VAULT_CLIENT_TIMEOUT")
            }
            timeout = duration
        }
        if let value = text("VAULT_MAX_RETRIES") {
            guard let number = Int(value), number >= 0 else { throw .badVariable("VAULT_MAX_RETRIES") }
            retries = number
        }
        if let value = text("VAULT_DISABLE_REDIRECTS") {
            guard let flag = Self.flag(value) else { throw .badVariable("VAULT_DISABLE_REDIRECTS") }
            followsRedirects = !flag
        }
        if let value = text("VAULT_RATE_LIMIT") {
            guard let limit = RateLimit(value) else { throw .badVariable("VAULT_RATE_LIMIT") }
            rateLimit = limit
        }
        proxyVariables = environment.filter { $0.key.lowercased().hasSuffix("proxy") || $0.key == "VAULT_PROXY_ADDR" }
        headers = try Self.headers(text("VAULT_HEADERS"))
        token = text("VAULT_TOKEN") ?? ""
        namespace = text("VAULT_NAMESPACE") ?? ""
        wrapTTL = text("VAULT_WRAP_TTL") ?? ""
        secondFactors = text("VAULT_MFA").map { $0.split(separator: ",").map(String.init) } ?? []
    }

    /// The members of a JSON object; a list gives one header for each element.
    private static func headers(_ text: String?) throws(ClientError) -> [(name: String, value: String)] {
        guard let text else { return [] }
        guard let object = try? JSON.parseObject(text.utf8) else { throw .badVariable("VAULT_HEADERS") }
        return object.members.flatMap { member in
            (member.value.arrayValue ?? [member.value]).compactMap(\.stringValue).map { (member.key, $0) }
        }
    }

    static func flag(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "TRUE", "true", "True": true
        case "0", "f", "F", "FALSE", "false", "False": false
        default: nil
        }
    }
}

extension ClientError {
    static func badVariable(_ name: String) -> ClientError { .configuration("could not parse \(name)") }
}

/// The environment with every `BAO_…` variable also under its `VAULT_…` name, where that one is unset.
package func vaultEnvironment(_ environment: [String: String]) -> [String: String] {
    var result = environment
    for (name, value) in environment where name.hasPrefix("BAO_") {
        let other = "VAULT_" + name.dropFirst(4)
        if result[other, default: ""].isEmpty { result[other] = value }
    }
    return result
}
