internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension LoginMethod {
    /// A token that is there already: it is looked up, and shown as a login would show it.
    static let token = LoginMethod(
        type: "token",
        help: """
            Usage: {name} login TOKEN [CONFIG K=V...]

              Takes a token that is there already.

                  $ {name} login hvs.CAESIExample

            Configuration:

              token=<string>
                  The token; asked for on the terminal when it is not given.

              lookup=<bool>
                  Whether to ask the server about the token (true).
            """,
        run: { call, client, settings, _ in
            guard let lookup = goBool(settings["lookup"] ?? "true") else {
                throw LoginFailure("Failed to parse \"lookup\" as boolean")
            }
            let token = (settings["token"] ?? call.ask("Token (will be hidden): ")).trimmingSpaces
            if token.isEmpty {
                throw LoginFailure("a token must be passed to auth, please view the help for more information")
            }
            var secret = Secret()
            secret.auth = ["client_token": .string(token)]
            if !lookup { return secret }
            client.configuration.token = token
            client.configuration.wrapTTL = ""
            let found: Secret?
            do throws(ClientError) {
                found = try await client.call(APIRequest(.get, "auth/token/lookup-self")).secret()
            } catch {
                if case .described = error { throw error }
                throw LoginFailure("error looking up token: \(error)")
            }
            guard let data = found?.data else { throw LoginFailure("empty response from lookup-self") }
            secret.auth = auth(data)
            return secret
        })

    /// The data of a lookup in the form of a login's answer.
    private static func auth(_ data: JSONObject) -> JSONObject {
        let own = texts(data["policies"])
        let identity = texts(data["identity_policies"])
        var auth = JSONObject()
        auth["client_token"] = data["id"]
        auth["accessor"] = data["accessor"]
        auth["policies"] = .strings(Set(own + identity).sorted())
        auth["token_policies"] = .strings(own)
        auth["identity_policies"] = identity.isEmpty ? .null : .strings(identity)
        auth["metadata"] = data["meta"]
        auth["lease_duration"] = data["ttl"]
        auth["renewable"] = data["renewable"] ?? false
        return auth
    }

    private static func texts(_ value: JSON?) -> [String] { value?.arrayValue?.compactMap(\.stringValue) ?? [] }
}

extension Invocation {
    /// A line typed without echo, or standard input where there is no terminal.
    func ask(_ prompt: String) -> String {
        guard isInteractive else { return "" }
        console.errors(Array(prompt.utf8))
        let typed = console.hiddenLine()
        console.errors(Array("\n".utf8))
        guard let typed else {
            let text = String(decoding: console.input(), as: UTF8.self)
            return text.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init) ?? ""
        }
        return typed
    }
}
