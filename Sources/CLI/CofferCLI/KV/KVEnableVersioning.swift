internal import CofferClient
internal import GoFlags

extension KVCommands {
    static let enableVersioning = Command(
        name: "kv enable-versioning", synopsis: "Turns on versioning for a KV store", arguments: "[options] KEY",
        about: """
            Turns a key/value engine without versions into one with them.

                $ {name} kv enable-versioning secret
            """,
        output: [.format], count: .exactly(1),
        run: { call in
            let client = try call.client()
            let mount = APIPath.mount(call.arguments[0])
            let settings = MountSettings(options: [("version", "2")])
            _ = try await explaining("Error tuning secrets engine \(mount)") { () async throws(ClientError) in
                try await client.call(APIRequest(.post, "sys/mounts/\(mount)tune", body: settings.tuning))
            }
            call.say("Success! Tuned the secrets engine at: \(mount)")
            return 0
        })
}
