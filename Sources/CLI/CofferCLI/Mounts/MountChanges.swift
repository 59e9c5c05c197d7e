internal import CofferClient
internal import GoFlags

extension MountKind {
    func disable(_ synopsis: String, about: String) -> Command {
        Command(
            name: family + " disable", synopsis: synopsis, arguments: "[options] PATH", about: about,
            count: .exactly(1),
            run: { call in
                let client = try call.client()
                let mount = APIPath.mount(call.arguments[0])
                _ = try await explaining("Error disabling \(noun) at \(mount)") { () async throws(ClientError) in
                    try await client.call(APIRequest(.delete, "\(path)/\(mount)"))
                }
                call.say("Success! Disabled the \(noun) (if it existed) at: \(mount)")
                return 0
            })
    }

    func tune(_ synopsis: String, about: String) -> Command {
        Command(
            name: family + " tune", synopsis: synopsis, arguments: "[options] PATH", about: about,
            groups: [FlagGroup("Command Options", tuneFlags)], count: .exactly(1),
            run: { call in
                let client = try call.client()
                let mount = APIPath.mount(call.arguments[0])
                let body = MountSettings(call.flags).tuning
                let request = APIRequest(.post, tunePrefix + mount + "tune", body: body)
                _ = try await explaining("Error tuning \(noun) \(mount)") { () async throws(ClientError) in
                    try await client.call(request)
                }
                call.say("Success! Tuned the \(noun) at: \(mount)")
                return 0
            })
    }
}
