internal import ClientTLS

/// A request as text for people: the curl command that sends it, the policy that allows it.
enum RequestText {
    /// The token is never printed: the command asks for it when it runs.
    static func curl(
        _ request: APIRequest, url: String, headers: [(name: String, value: String)], tls: ClientTrust
    ) -> String {
        var parts = ["curl"]
        if tls.skipsVerification { parts.append("--insecure") }
        if request.method != .get { parts.append("-X \(request.method.rawValue)") }
        let files = [
            ("--cacert", tls.authorityFile), ("--capath", tls.authorityFolder), ("--cert", tls.certificateFile),
            ("--key", tls.keyFile),
        ]
        parts += files.filter { !$0.1.isEmpty }.map { "\($0.0) \(quoted($0.1))" }
        for header in headers {
            let value = header.name == "X-Vault-Token" ? "$(vault print token)" : header.value
            parts.append("-H \"\(header.name): \(value)\"")
        }
        if !request.body.isEmpty { parts.append("-d \(quoted(String(decoding: request.body, as: UTF8.self)))") }
        return (parts + [url]).joined(separator: " ")
    }

    static func policy(_ request: APIRequest) -> String {
        let path = GoPath.join(request.path)
        var capabilities: [String]
        switch request.method {
        case _ where request.query.contains { $0.name == "list" }: capabilities = ["list"]
        case .list: capabilities = ["list"]
        case _ where request.query.contains { $0.name == "scan" }: capabilities = ["scan"]
        case .get: capabilities = ["read"]
        case .put, .post: capabilities = ["create", "update"]
        case .patch: capabilities = ["patch"]
        case .delete: capabilities = ["delete"]
        }
        if SudoPaths.include(path) { capabilities.append("sudo") }
        let list = capabilities.map { "\"\($0)\"" }.joined(separator: ", ")
        return "path \"\(path)\" {\n  capabilities = [\(list)]\n}"
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\"'\"'") + "'"
    }
}
