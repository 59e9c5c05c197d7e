internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension KVCommands {
    static let delete = Command(
        name: "kv delete", synopsis: "Deletes versions in the KV store", arguments: "[options] PATH",
        about: """
            Deletes a secret. In an engine with versions the newest, or those in
            -versions, are marked as deleted; "{name} kv undelete" brings them back.

                $ {name} kv delete -mount=secret app
                $ {name} kv delete -mount=secret -versions=3 app
            """,
        output: [.field, .format],
        groups: options(Flag("versions", .strings, "Number of a version to delete; may be repeated.")),
        count: .exactly(1),
        run: { call in
            let client = try call.client()
            let target = try await call.target(client)
            let path = target.path("data")
            let versions = versionNumbers(call)
            let secret = try await explaining("Error deleting \(path)") { () async throws(ClientError) in
                target.isVersioned && !versions.isEmpty
                    ? try await client.write(target.path("delete"), ["versions": .strings(versions)])
                    : try await client.delete(path)
            }
            return try call.showDeleted(secret, path)
        })

    static let undelete = versions(
        "kv undelete", "Undeletes versions in the KV store",
        about: """
            Brings back deleted versions.

                $ {name} kv undelete -mount=secret -versions=3 app
            """)

    static let destroy = versions(
        "kv destroy", "Permanently removes one or more versions in the KV store",
        about: """
            Removes the data of versions for good.

                $ {name} kv destroy -mount=secret -versions=3 app
            """)

    /// A command that sends version numbers to the part of the mount that has its name.
    private static func versions(_ name: String, _ synopsis: String, about: String) -> Command {
        let verb = name.split(separator: " ").last.map(String.init) ?? name
        return Command(
            name: name, synopsis: synopsis, arguments: "[options] KEY", about: about, output: [.format],
            groups: options(Flag("versions", .strings, "Number of a version; may be repeated.")), count: .exactly(1),
            run: { call in
                let versions = versionNumbers(call)
                if versions.isEmpty {
                    throw CommandFailure.local(
                        "No versions provided, use the \"-versions\" flag to specify the version to \(verb).")
                }
                let client = try call.client()
                let target = try await call.target(client)
                guard target.isVersioned else {
                    let title = verb.prefix(1).uppercased() + verb.dropFirst()
                    throw CommandFailure.local("\(title) not supported on KV Version 1")
                }
                let path = target.path(verb)
                let secret = try await explaining("Error writing data to \(path)") { () async throws(ClientError) in
                    try await client.write(path, ["versions": .strings(versions)])
                }
                return try call.showWritten(secret, path)
            })
    }

    private static func versionNumbers(_ call: Invocation) -> [String] {
        call.flags.strings("versions").flatMap { $0.split(separator: ",").map { $0.trimmingSpaces } }
    }
}
