internal import CofferClient
internal import CofferJSON
internal import GoFlags

/// Where a kv command acts: the mount, its version, and the path as it was given.
struct KVTarget: Sendable {
    /// With a slash at the end; empty where an old server did not name it.
    let mount: String
    let isVersioned: Bool
    private let partial: String
    private let hasMountFlag: Bool

    /// Asks the server which engine is at the path.
    init(_ call: Invocation, _ client: Client, path: String) async throws {
        let flag = call.flags.string("mount")
        hasMountFlag = !flag.isEmpty
        let asked = hasMountFlag ? APIPath.plain(flag) : path
        let preflight = APIRequest(.get, "sys/internal/ui/mounts/" + asked).asPreparation()
        let answer = try await explaining("") { () async throws(ClientError) in try await client.send(preflight) }
        if answer.status == 403, client.description != nil { throw Self.needsPreflight(asked) }
        // Servers from before the preflight have unversioned engines only.
        if answer.status == 404 {
            (mount, isVersioned, partial) = ("", false, path)
            return
        }
        if let failure = answer.failure { throw CommandFailure.remote(failure.description) }
        let data = (try? answer.secret())??.data
        mount = data?["path"]?.stringValue ?? ""
        isVersioned = data?["options"]?["version"]?.stringValue == "2"
        partial = hasMountFlag && isVersioned ? GoPath.join(mount, path) : path
    }

    /// The path of an unversioned engine, or the same below `segment` (`data`, `metadata`, …) of a versioned one.
    func path(_ segment: String) -> String {
        guard isVersioned else { return hasMountFlag ? GoPath.join(mount, partial) : partial }
        return GoPath.join(mount, segment, remainder)
    }

    /// The path below the mount.
    private var remainder: String {
        if partial == mount || partial + "/" == mount { return "" }
        if partial.hasPrefix(mount) { return String(partial.dropFirst(mount.count)) }
        // The server names a mount with its namespace, which the given path need not hold.
        var end = mount[...]
        while let slash = end.firstIndex(of: "/"), end.index(after: slash) < end.endIndex {
            end = end[end.index(after: slash)...]
            if partial.hasPrefix(end) { return String(partial.dropFirst(end.count)) }
        }
        return partial
    }

    private static func needsPreflight(_ path: String) -> CommandFailure {
        .remote(
            """
            This output flag requires the success of a preflight request
            to determine the version of a KV secrets engine. Please
            re-run this command with a token with read access to \(path).
            Note that if the path you are trying to reach is a KV v2 path, your token's policy must
            allow read access to that path in the format 'mount-path/data/foo', not just 'mount-path/foo'.
            """)
    }
}

extension Invocation {
    /// The target of a kv command from its first argument.
    func target(_ client: Client) async throws -> KVTarget {
        try await KVTarget(self, client, path: APIPath.plain(arguments.first ?? ""))
    }

    /// The path and the metadata of a version that was written.
    func showVersion(_ secret: Secret?, _ path: String) throws -> Int32 {
        guard let secret else { return try showWritten(nil, path) }
        if let status = try showField(of: secret) { return status }
        guard format == .table, !secret.isWrapped, let metadata = secret.data else { return try show(secret) }
        warnOfWarnings(secret)
        showPath(path, "Secret Path")
        say(KeyHeader.above(metadata, "Metadata"))
        return try show(JSON.object(metadata))
    }

    func showPath(_ path: String, _ title: String) {
        say(KeyHeader.padded(title, width: path.utf8.count))
        say(path)
        say("")
    }
}
