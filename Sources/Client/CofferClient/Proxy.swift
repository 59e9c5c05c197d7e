internal import CofferBase

/// A proxy between this program and the server: asked for the whole URL over http, for a tunnel over https.
package struct Proxy: Sendable, Equatable {
    let host: String
    let port: Int
    /// The value of `Proxy-Authorization`; empty without a name in the address. Never shown.
    let authorization: String

    /// - Parameter text: `http://[user:password@]host[:port]`, or `host:port`.
    init(_ text: String, variable: String) throws(ClientError) {
        var rest = text[...]
        if rest.hasPrefix("http://") {
            rest = rest.dropFirst(7)
        } else if text.utf8.contains(UInt8(ascii: "/")) {
            throw .configuration("\(variable) must be an http:// address")
        }
        authorization = rest.lastIndex(of: "@").map { "Basic " + Base64.standard.encode(rest[..<$0].utf8) } ?? ""
        if let mark = rest.lastIndex(of: "@") { rest = rest[rest.index(after: mark)...] }
        let address: ServerAddress
        do {
            address = try ServerAddress("http://" + rest)
        } catch {
            throw .configuration("\(variable) must be an http:// address")
        }
        (host, port) = (address.host, address.port)
    }

    /// The proxy that the environment names for a server; nil for none.
    ///
    /// `VAULT_PROXY_ADDR` wins over `VAULT_HTTP_PROXY`; both hold for every address. The general variables leave out
    /// this machine and what `NO_PROXY` names, as Go's client does.
    package static func named(
        in environment: [String: String], for address: ServerAddress
    ) throws(ClientError) -> Proxy? {
        if address.scheme == .unix { return nil }
        for name in ["VAULT_PROXY_ADDR", "VAULT_HTTP_PROXY"] {
            if let text = environment[name], !text.isEmpty { return try Proxy(text, variable: name) }
        }
        if isLocal(address.host) || isLeftOut(address, environment["NO_PROXY"] ?? environment["no_proxy"] ?? "") {
            return nil
        }
        let general = address.scheme == .https ? "HTTPS_PROXY" : "HTTP_PROXY"
        for name in [general, general.lowercased()] {
            if let text = environment[name], !text.isEmpty { return try Proxy(text, variable: name) }
        }
        return nil
    }

    private static func isLocal(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    /// `*`, names with all that lies below them, addresses, networks; each may have a port.
    private static func isLeftOut(_ address: ServerAddress, _ list: String) -> Bool {
        let host = address.host.lowercased()
        return list.split(separator: ",").contains { item in
            var name = item.lowercased().trimmingSpaces[...]
            if let colon = name.lastIndex(of: ":"), !address.host.contains(":"),
                let port = Int(name[name.index(after: colon)...])
            {
                guard port == address.port else { return false }
                name = name[..<colon]
            }
            if name == "*" { return true }
            if name.contains("/") { return CIDR(String(name))?.contains(host) == true }
            if name.hasPrefix("*.") { name = name.dropFirst() }
            if name.hasPrefix(".") { return host.hasSuffix(name) }
            return !name.isEmpty && (host == name || host.hasSuffix("." + name))
        }
    }
}
