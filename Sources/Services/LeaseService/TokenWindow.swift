internal import CofferBase

/// Tokens that the calendar lists together: their leases begin alike, and they were made within the same quarter of a
/// second.
package struct TokenWindow: Hashable, Sendable {
    /// What the ids of their leases begin with, up to the last slash: `auth/approle/login`.
    package let home: String
    /// What their keys begin with: `h`, and ten hexadecimal digits for 256 ms.
    package let stem: String

    private static let stemLength = 11

    /// As the calendar names it: the ids of all leases in it begin so. Nil when this is the id of a lease.
    package init?(id: String) {
        guard id.utf8.count > Self.stemLength else { return nil }
        let start = id.utf8.index(id.utf8.endIndex, offsetBy: -Self.stemLength)
        let slash = id.utf8.index(before: start)
        guard id.utf8[slash] == UInt8(ascii: "/"), id.utf8[start] == UInt8(ascii: "h"),
            id.utf8[id.utf8.index(after: start)...].allSatisfy({ Hex.value($0) != nil })
        else { return nil }
        home = String(id[..<slash])
        stem = String(id[start...])
    }

    /// Of the token with this key, whose lease is `home/key`.
    init(home: String, tokenKey: String) {
        self.home = home
        stem = String(Substring(tokenKey.utf8.prefix(Self.stemLength)))
    }

    /// Nil when the id does not end in a key that tells a time.
    init?(ofLease id: String) {
        guard let key = LeaseID.timedKey(ofLease: id) else { return nil }
        self.init(home: String(Substring(id.utf8.dropLast(key.utf8.count + 1))), tokenKey: key)
    }

    package var id: String { home + "/" + stem }

    package func holds(_ lease: Lease) -> Bool { TokenWindow(ofLease: lease.id) == self }
}
