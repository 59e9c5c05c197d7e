package import CofferBase

/// How to connect to MariaDB or MySQL.
package struct MariaDBSettings: Sendable {
    package enum TLS: Sendable, Equatable {
        case off
        /// The server's certificate and name are checked.
        case verified
        case unverified
    }

    package var host = ""
    package var port: UInt32 = 3306
    /// Instead of host and port when not empty.
    package var socket = ""
    package var database = ""
    package var user = ""
    package var password = ""
    package var tls = TLS.off
    /// PEM; the system's when nil.
    package var authority: MemoryFile?
    /// PEM, certificate and key in one.
    package var certificate: MemoryFile?

    package init() {}

    /// Reads `user:password@tcp(host:port)/database?tls=true`; nil when it is none.
    package init?(_ url: String) {
        guard let slash = url.lastIndex(of: "/") else { return nil }
        let (head, tail) = (url[..<slash], url[url.index(after: slash)...])
        let place: Substring
        if let at = head.lastIndex(of: "@") {
            let account = head[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = String(account[0])
            password = account.count > 1 ? String(account[1]) : ""
            place = head[head.index(after: at)...]
        } else {
            place = head
        }
        guard readPlace(place) else { return nil }
        let parts = tail.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        database = String(parts[0])
        let parameters = parts.count > 1 ? parts[1].split(separator: "&") : []
        for parameter in parameters where parameter.hasPrefix("tls=") {
            switch parameter.dropFirst(4) {
            case "false", "preferred": tls = .off
            case "skip-verify": tls = .unverified
            default: tls = .verified
            }
        }
    }

    private mutating func readPlace(_ place: Substring) -> Bool {
        guard let open = place.firstIndex(of: "("), place.last == ")" else { return false }
        let address = place[place.index(after: open)...].dropLast()
        switch place[..<open] {
        case "unix":
            socket = String(address)
            return !socket.isEmpty
        case "tcp", "":
            guard let colon = address.lastIndex(of: ":"), !address.hasSuffix("]") else {
                host = String(address)
                break
            }
            guard let number = UInt16(address[address.index(after: colon)...]) else { return false }
            port = UInt32(number)
            host = String(address[..<colon])
        default: return false
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        return !host.isEmpty
    }
}
