package import CofferBase

/// How lease ids are kept.
///
/// Those of the root namespace are kept as callers know them. Those of any other one stand below a folder that no
/// request can name, so that an id means nothing outside its namespace, and that no prefix of one namespace reaches
/// another.
package enum LeaseID {
    package static let root = "root"

    /// As it is kept; `id` is what a caller in the namespace knows, or the beginning of it.
    package static func kept(_ id: String, in namespaceID: String) -> String {
        var plain = id[...]
        while plain.utf8.first == UInt8(ascii: "/") { plain.removeFirst() }
        if namespaceID == root { return plain.startIndex == id.startIndex ? id : String(plain) }
        return folder(of: namespaceID) + plain
    }

    /// All ids of a namespace below the root begin with it.
    package static func folder(of namespaceID: String) -> String { "/\(namespaceID)/" }

    /// What ends the id of a token's lease: the token's key, as Vault has it, with the time in front, unless the key has
    /// it by itself.
    ///
    /// So the leases of many logins lie side by side, and a storage changes one page of its index for all of them.
    package static func name(ofTokenKey key: String, at now: Timestamp) -> String {
        guard key.utf8.first == mark, key.utf8.count == 1 + hashLength else { return key }
        return "h" + withUnsafeBytes(of: now.nanoseconds.bigEndian) { Hex.encode(Array($0)) } + key.dropFirst()
    }

    /// The key of the token whose lease ends in this name; earlier releases put no time in front.
    package static func tokenKey(ofName name: Substring) -> String {
        guard name.utf8.first == mark, name.utf8.count == 1 + timeLength + hashLength else { return String(name) }
        return "h" + name.suffix(hashLength)
    }

    /// The key of the token whose lease has this id, as it is kept: what ends it, but for the mark of the namespace.
    package static func tokenKey(ofLease id: String) -> String {
        let bytes = id.utf8.span
        var (start, end) = (bytes.count, bytes.count)
        while start > 0, bytes[start - 1] != UInt8(ascii: "/") {
            start -= 1
            if bytes[start] == UInt8(ascii: ".") { end = start }
        }
        let utf8 = id.utf8
        let first = utf8.index(utf8.startIndex, offsetBy: start)
        return tokenKey(ofName: id[first..<utf8.index(first, offsetBy: end - start)])
    }

    /// The key of the token whose lease has this id, if it is a key with the time in front (see `isTimed`).
    static func timedKey(ofLease id: String) -> String? {
        let name = id.utf8.suffix(timedLength)
        guard name.count == timedLength, name.first == mark, name.startIndex > id.utf8.startIndex,
            id.utf8[id.utf8.index(before: name.startIndex)] == UInt8(ascii: "/")
        else { return nil }
        return String(Substring(name))
    }

    /// Whether this is the key of a token that begins with the time of its making: `h`, twelve hexadecimal digits for
    /// milliseconds, and 32.
    package static func isTimed(_ key: String) -> Bool { key.utf8.count == timedLength && key.utf8.first == mark }

    private static let timedLength = 45

    /// Keys without a time are this, and the hash of the token in hexadecimal digits.
    private static let mark = UInt8(ascii: "h")
    private static let (timeLength, hashLength) = (16, 64)

    /// The namespace of an id that is kept, and the id as callers know it.
    package static func split(_ kept: String) -> (namespaceID: String, id: String) {
        guard kept.utf8.first == UInt8(ascii: "/") else { return (root, kept) }
        let rest = kept.dropFirst()
        guard let slash = rest.firstIndex(of: "/") else { return (root, kept) }
        return (String(rest[..<slash]), String(rest[rest.index(after: slash)...]))
    }

    /// What ends the ids of a namespace: Vault's mark of the namespace.
    package static func suffix(of namespaceID: String) -> String { namespaceID == root ? "" : "." + namespaceID }
}

extension Lease {
    /// The id as callers in its namespace know it.
    package var publicID: String { LeaseID.split(id).id }
}
