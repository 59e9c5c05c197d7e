package import CofferBase

/// Whose `X-Forwarded-For` a listener takes for where a request comes from.
package struct ForwardedFor: Sendable {
    package var authorized: [CIDR]
    /// Of the proxies that add themselves to the header, how many stand before the client.
    package var hopSkips = 0
    package var rejectsNotPresent = true
    package var rejectsNotAuthorized = true

    package init(authorized: [CIDR]) { self.authorized = authorized }

    /// The client's address, as the proxy that sent this request has it; nil: the connection's own.
    /// - Throws: in Vault's words.
    func client(_ request: HTTPRequest) throws(RequestReader.Refusal) -> String? {
        let lines = request.fields.all("x-forwarded-for")
        if lines.isEmpty {
            guard rejectsNotPresent else { return nil }
            throw Self.refusal("missing x-forwarded-for header and configured to reject when not present")
        }
        guard authorized.contains(where: { $0.contains(request.connection.remoteAddress) }) else {
            guard rejectsNotAuthorized else { return nil }
            throw Self.refusal(
                "client address not authorized for x-forwarded-for and configured to reject connection")
        }
        // By bytes: Swift joins some characters with a comma behind them.
        let chain = lines.flatMap { line in
            line.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { Substring($0) }
        }
        guard hopSkips < chain.count else {
            throw Self.refusal(
                "malformed x-forwarded-for configuration or request, hops to skip (\(hopSkips)) would skip before "
                    + "earliest chain link (chain length \(lines.count))")
        }
        guard let address = Self.address(chain[chain.count - 1 - hopSkips]) else {
            throw Self.refusal("malformed x-forwarded-for header: the client is not an address")
        }
        return address
    }

    /// Some proxies add a port.
    static func address(_ link: Substring) -> String? {
        var text = link.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        if text.hasPrefix("[") {
            text = text.dropFirst().prefix { $0 != "]" }
        } else if text.count(where: { $0 == ":" }) == 1 {
            text = text.prefix { $0 != ":" }
        }
        return AddressText.canonical(String(text))
    }

    private static func refusal(_ text: String) -> RequestReader.Refusal { RequestReader.Refusal(400, [text]) }
}
