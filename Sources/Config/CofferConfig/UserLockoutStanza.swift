internal import CofferFramework
internal import HCL

/// `user_lockout "userpass" { … }`: when users of a method, or of all, are locked out.
enum UserLockoutStanza {
    static func read(
        _ body: HCLBody, into settings: inout [String: LockoutSettings], _ reader: inout StanzaReader
    ) throws(HCLError) {
        guard let blocks = body.blocks(named: "user_lockout", labels: 1) else {
            throw HCLError(
                "expected user_lockout \"TYPE\" { … }",
                at: body.items(named: "user_lockout").first?.position ?? .unknown)
        }
        for block in blocks {
            let method = block.labels.first ?? ""
            guard method == "all" || LockoutSettings.methods.contains(method) else {
                let known = (["all"] + LockoutSettings.methods).joined(separator: ", ")
                throw HCLError("user_lockout is for one of \(known)", at: block.position)
            }
            var setting = settings[method] ?? LockoutSettings()
            try reader.read(block.body, into: &setting, settings: keys, stanza: "user_lockout")
            settings[method] = setting
        }
    }

    private static let keys: [String: Setting<LockoutSettings>] = [
        "lockout_threshold": .take { (value, target) throws(HCLError) in
            target.threshold = Int64(try value.integer())
        },
        "lockout_duration": .take { (value, target) throws(HCLError) in target.duration = try value.duration() },
        "lockout_counter_reset": .take { (value, target) throws(HCLError) in
            target.counterReset = try value.duration()
        },
        "disable_lockout": .take { (value, target) throws(HCLError) in target.isDisabled = try value.flag() },
    ]
}
