internal import ClientTLS
internal import CofferBase
internal import CofferClient
internal import GoFlags

extension Invocation {
    /// A client with the flags, the environment and the stored token.
    /// - Throws: `CommandFailure` with status 2.
    func client(withStoredToken: Bool = true) throws -> Client {
        do {
            var configuration = try ClientConfiguration(environment: program.environment)
            // People retry by themselves; a command that hangs is worse than one that fails.
            if program.environment["VAULT_MAX_RETRIES", default: ""].isEmpty { configuration.retries = 0 }
            try apply(to: &configuration)
            if withStoredToken, configuration.token.isEmpty { configuration.token = try storedToken() }
            var client = try Client(configuration)
            client.description = description
            return client
        } catch let error as ClientError {
            throw CommandFailure.remote("failed to create client: \(error)")
        }
    }

    private func apply(to configuration: inout ClientConfiguration) throws {
        configuration.address = flags.string("address")
        if !flags.string("agent-address").isEmpty { configuration.address = flags.string("agent-address") }
        if !flags.string("token").isEmpty { configuration.token = flags.string("token") }
        configuration.tls.authorityFile = flags.string("ca-cert")
        configuration.tls.authorityFolder = flags.string("ca-path")
        configuration.tls.certificateFile = flags.string("client-cert")
        configuration.tls.keyFile = flags.string("client-key")
        configuration.tls.serverName = flags.string("tls-server-name")
        configuration.tls.skipsVerification = flags.bool("tls-skip-verify")
        if flags.isGiven("ca-cert") || flags.isGiven("ca-path") { configuration.tls.authorityText = "" }
        configuration.followsRedirects = !flags.bool("disable-redirects")
        configuration.secondFactors = flags.strings("mfa")
        let namespace = flags.isGiven("ns") ? flags.string("ns") : flags.string("namespace")
        configuration.namespace = Self.canonicalNamespace(namespace)
        let wrapTTL = flags.duration("wrap-ttl")
        if wrapTTL != .zero { configuration.wrapTTL = GoDuration.format(wrapTTL) }
        try applyHeaders(to: &configuration)
    }

    private func applyHeaders(to configuration: inout ClientConfiguration) throws {
        if flags.bool("policy-override") { configuration.headers.append(("X-Vault-Policy-Override", "true")) }
        let headers = flags.pairs("header")
        let forbidden = headers.map(\.key).filter { $0.lowercased().hasPrefix("x-vault-") }
        guard forbidden.isEmpty else {
            throw CommandFailure.remote(
                "failed to setup Headers[\(forbidden.joined(separator: ", "))]: "
                    + "Header starting by 'X-Vault-' are for internal usage only")
        }
        configuration.headers += headers.map { ($0.key, $0.value) }
    }

    private func storedToken() throws -> String {
        do {
            return try TokenHelper(environment: program.environment)?.read() ?? ""
        } catch {
            throw CommandFailure.remote("failed to get token from token helper: \(error)")
        }
    }

    /// Without a slash in front and with one at the end; the root namespace is empty.
    private static func canonicalNamespace(_ text: String) -> String {
        var name = text[...]
        while name.hasPrefix("/") { name.removeFirst() }
        if name.isEmpty { return "" }
        return name.hasSuffix("/") ? String(name) : name + "/"
    }
}
