internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension MountKind {
    func enable(_ synopsis: String, about: String) -> Command {
        Command(
            name: family + " enable", synopsis: synopsis, arguments: "[options] TYPE", about: about,
            groups: [FlagGroup("Command Options", enableFlags)], count: .exactly(1),
            run: { call in
                let client = try call.client()
                var type = call.arguments[0].trimmingSpaces
                if type == "plugin" { type = call.flags.string("plugin-name") }
                let named = call.flags.string("path")
                let mount = APIPath.withSlash(named.isEmpty ? type : named)
                let request = APIRequest(.post, "\(path)/\(mount)", body: body(type, call.flags))
                let failure = isAuth ? "Error enabling \(type) auth" : "Error enabling"
                _ = try await explaining(failure) { () async throws(ClientError) in try await client.call(request) }
                var thing = "\(isAuth ? "" : "the ")\(type) \(noun)"
                let version = call.flags.string("plugin-version")
                if !version.isEmpty { thing += " version \(version)" }
                call.say("Success! Enabled \(thing) at: \(mount)")
                return 0
            })
    }

    private func body(_ type: String, _ flags: ParsedFlags) -> JSON {
        let settings = MountSettings(flags)
        var config = settings.config
        if !isAuth { config["force_no_cache"] = .bool(flags.bool("force-no-cache")) }
        return [
            "type": .string(type), "description": .string(flags.string("description")), "config": .object(config),
            "local": .bool(flags.bool("local")), "seal_wrap": .bool(flags.bool("seal-wrap")),
            "external_entropy_access": .bool(flags.bool("external-entropy-access")),
            "options": settings.optionsJSON,
        ]
    }
}
