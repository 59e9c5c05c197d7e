package import CofferFramework
internal import MountService
internal import PolicyService

/// Mistakes behind most denials that no rule shows.
enum ExplainNotes {
    static func of(_ route: Route?, path: String, _ acl: ACL) -> [String] {
        guard let route else { return ["Nothing is mounted at the path."] }
        let hint = KVPaths.hint(forRequest: path, mount: route.mount)
        return hint.map { [$0] } ?? []
    }
}

/// Paths of key/value mounts of version 2, which policies and requests must name with `data/` or `metadata/`.
package enum KVPaths {
    private static let words = ["data", "metadata", "delete", "undelete", "destroy", "subkeys", "config"]

    package static func isVersioned(_ mount: MountReference) -> Bool {
        (mount.type == "kv" || mount.type == "generic") && mount.options["version"] == "2"
    }

    /// Said of a request path that is none of version 2's.
    static func hint(forRequest path: String, mount: MountReference) -> String? {
        guard isVersioned(mount), let rest = rest(of: path, in: mount.path), !isKnown(rest) else { return nil }
        return "\"\(mount.path)\" is a key/value mount of version 2: the data of this secret are at "
            + "\"\(mount.path)data/\(rest)\"."
    }

    /// Said of a policy's pattern that no request of version 2 can match.
    package static func warning(forPattern pattern: String, mount: MountReference) -> String? {
        guard isVersioned(mount), let rest = rest(of: pattern, in: mount.path), !isKnown(rest),
            !rest.hasPrefix("*"), !rest.hasPrefix("+")
        else { return nil }
        return "the path \"\(pattern)\" lies in \"\(mount.path)\", a key/value mount of version 2, where policies "
            + "name \"\(mount.path)data/\(rest)\" for secrets and \"\(mount.path)metadata/\(rest)\" for their names"
    }

    private static func rest(of path: String, in mount: String) -> String? {
        guard path.hasPrefix(mount), path.utf8.count > mount.utf8.count else { return nil }
        return String(path.dropFirst(mount.count))
    }

    private static func isKnown(_ rest: String) -> Bool {
        let word = rest.prefix { $0 != "/" }
        if words.contains(String(word)) { return true }
        // A pattern may end inside the word: `secret/da*`.
        guard word.hasSuffix("*") else { return false }
        return words.contains { $0.hasPrefix(word.dropLast()) }
    }
}
