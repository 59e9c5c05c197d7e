internal import CofferBase
internal import HCL

/// Which proxies a listener believes, and what it wants of requests.
extension ListenerStanza {
    struct ProxyDraft {
        var behavior: ListenerSettings.ProxyProtocol.Behavior?
        var behaviorPosition = HCLPosition.unknown
        var addresses: [String] = []

        func settings(isUnix: Bool) throws(HCLError) -> ListenerSettings.ProxyProtocol? {
            guard let behavior else { return nil }
            if behavior != .useAlways {
                if isUnix {
                    // Its mode says who may.
                    throw HCLError(
                        "who connects to a unix socket has no address; only \"use_always\" is of use here",
                        at: behaviorPosition)
                }
                if addresses.isEmpty {
                    throw HCLError(
                        "proxy_protocol_behavior set to allow or deny only authorized addresses but no "
                            + "proxy_protocol_authorized_addrs value", at: behaviorPosition)
                }
            }
            return ListenerSettings.ProxyProtocol(behavior: behavior, authorized: addresses)
        }
    }

    static let proxy: [String: Setting<Draft>] = [
        "proxy_protocol_behavior": .take { (value, draft) throws(HCLError) in
            let name = try value.text()
            draft.proxy.behaviorPosition = value.position
            draft.proxy.behavior = ListenerSettings.ProxyProtocol.Behavior(rawValue: name)
            guard name.isEmpty || draft.proxy.behavior != nil else {
                throw HCLError(
                    "proxy_protocol_behavior must be \"use_always\", \"allow_authorized\" or \"deny_unauthorized\"",
                    at: value.position)
            }
        },
        "proxy_protocol_authorized_addrs": .take { (value, draft) throws(HCLError) in
            draft.proxy.addresses = try addresses(value)
        },
        "x_forwarded_for_authorized_addrs": .take { (value, draft) throws(HCLError) in
            draft.settings.forwardedFor.authorized = try addresses(value)
        },
        "x_forwarded_for_hop_skips": .take { (value, draft) throws(HCLError) in
            let skips = try value.integer()
            guard skips >= 0 else {
                throw HCLError("x_forwarded_for_hop_skips cannot be negative", at: value.position)
            }
            draft.settings.forwardedFor.hopSkips = skips
        },
        "x_forwarded_for_reject_not_authorized": .take { (value, draft) throws(HCLError) in
            draft.settings.forwardedFor.rejectsNotAuthorized = try value.flag()
        },
        "x_forwarded_for_reject_not_present": .take { (value, draft) throws(HCLError) in
            draft.settings.forwardedFor.rejectsNotPresent = try value.flag()
        },
        "require_request_header": .take { (value, draft) throws(HCLError) in
            draft.settings.requiresRequestHeader = try value.flag()
        },
    ]

    /// A list, or one text with commas, of addresses and networks.
    static func addresses(_ value: StanzaValue) throws(HCLError) -> [String] {
        let words = try value.texts().flatMap { text in
            text.split { $0 == "," || $0 == " " }.map(String.init)
        }
        guard words.allSatisfy({ CIDR($0) != nil }) else {
            throw HCLError("expected addresses or networks such as \"10.0.0.0/8\"", at: value.position)
        }
        return words
    }
}
