internal import CofferClient
internal import GoFlags

extension KVCommands {
    static let rollback = Command(
        name: "kv rollback", synopsis: "Rolls back to a previous version of data", arguments: "[options] KEY",
        about: """
            Writes the data of an older version as the newest one; for engines with
            versions. If the newest is 5, a rollback to 2 makes a version 6.

                $ {name} kv rollback -mount=secret -version=2 app
            """,
        output: [.format], groups: options(Flag("version", .int, "Version to make current again.")),
        run: { call in
            let version = try version(of: call)
            let client = try call.client()
            let target = try await call.target(client)
            guard target.isVersioned else {
                throw CommandFailure.remote("K/V engine mount must be version 2 for rollback support")
            }
            let path = target.path("data")
            let newest = try await KVVersion(client, path, use: "rollback")
            let wanted = try await KVVersion(
                client, path, use: "rollback", query: [("version", String(version))])
            try wanted.refuseIfGone()
            let body = newest.successor(try wanted.liveData())
            let secret = try await explaining("Error writing data to \(path)") { () async throws(ClientError) in
                try await client.write(path, body)
            }
            return try call.showWritten(secret, path)
        })

    private static func version(of call: Invocation) throws -> Int {
        let version = call.flags.int("version")
        if call.arguments.count != 1 {
            throw CommandFailure.local("Invalid number of arguments (expected 1, got \(call.arguments.count))")
        }
        if !call.flags.isGiven("version") { throw CommandFailure.local("Version flag must be specified") }
        if version <= 0 { throw CommandFailure.local("Invalid value \(version) for the version flag") }
        return version
    }
}
