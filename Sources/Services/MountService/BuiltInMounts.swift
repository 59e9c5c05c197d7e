internal import CofferBase
internal import CofferCrypto
internal import CofferFramework

/// The mounts that every namespace has from its beginning.
package enum BuiltInMounts {
    /// As the root namespace stores them; below it they are made of nothing when they are first asked for.
    package static var entries: [MountEntry] {
        [
            entry("sys/", "system", "system endpoints used for control, policy and debugging"),
            entry("identity/", "identity", "identity store"),
            entry("cubbyhole/", "cubbyhole", "per-token private secret storage"),
            entry("token/", "token", "token based credentials", .auth),
        ]
    }

    private static func entry(
        _ path: String, _ type: String, _ description: String, _ mountClass: EngineKind.Class = .secret
    ) -> MountEntry {
        var entry = MountEntry()
        entry.class = mountClass
        entry.path = path
        entry.type = type
        entry.description = description
        entry.isLocal = type == "cubbyhole"
        return entry
    }

    /// The same mounts of another namespace. Their ids follow from its id, so that nothing need be stored.
    static func entries(of namespace: NamespaceReference) -> [MountEntry] {
        entries.map { entry in
            var entry = entry
            let digest = Hex.encode(SHA256.hash(Array("\(namespace.id)/\(entry.type)".utf8)))
            entry.namespaceID = namespace.id
            entry.uuid = uuid(of: digest)
            entry.accessor = "\(entry.class == .auth ? "auth_" : "")ns_\(entry.type)_\(digest.suffix(8))"
            return entry
        }
    }

    private static func uuid(of digest: String) -> String {
        var parts: [Substring] = []
        var rest = digest[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }
}
