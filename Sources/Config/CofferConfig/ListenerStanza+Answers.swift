internal import CofferBase
internal import HCL

/// What a listener adds to its answers, and what it keeps from callers without a token.
extension ListenerStanza {
    static let answers: [String: Setting<Draft>] = [
        "max_request_duration": .take { (value, draft) throws(HCLError) in
            let duration = try value.duration()
            guard duration > .zero else { throw HCLError("expected a duration above zero", at: value.position) }
            draft.settings.maximumRequestDuration = duration
        },
        "custom_response_headers": .take { (value, draft) throws(HCLError) in
            try readHeaders(value, into: &draft)
        },
        "redact_addresses": redaction("addresses"), "redact_cluster_name": redaction("cluster_name"),
        "redact_version": redaction("version"),
    ]

    private static func redaction(_ name: String) -> Setting<Draft> {
        .take { (value, draft) throws(HCLError) in
            if try value.flag() {
                draft.settings.redactions.insert(name)
            } else {
                draft.settings.redactions.remove(name)
            }
        }
    }

    /// `"default" = { "Name" = ["value", …] }`, and the same for `2xx` or one status.
    private static func readHeaders(_ value: StanzaValue, into draft: inout Draft) throws(HCLError) {
        for item in try value.block().items {
            guard isStatus(item.name),
                let headers = try? StanzaValue(value: item.value, position: item.position).block()
            else {
                throw HCLError(
                    "expected \"default\", a family such as \"2xx\" or a status, and its headers", at: item.position)
            }
            var rule = ListenerSettings.HeaderRule(status: item.name)
            for header in headers.items {
                guard let values = header.value.stringList ?? header.value.scalarText.map({ [$0] }) else {
                    throw HCLError("expected a list of values", at: header.position)
                }
                if header.name.lowercased().hasPrefix("x-vault-") {
                    draft.warnings.append(("a header that starts with X-Vault- is the server's own", header.position))
                    continue
                }
                let text = values.joined(separator: "; ")
                // A line break would make two headers of one.
                guard isToken(header.name), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
                    throw HCLError("this is no header that can be sent", at: header.position)
                }
                rule.headers.append(.init(name: header.name, value: text))
            }
            draft.settings.headerRules.append(rule)
        }
    }

    private static func isStatus(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard text != "default" else { return true }
        guard bytes.count == 3, (49...53).contains(bytes[0]) else { return false }
        return text.hasSuffix("xx") || bytes.allSatisfy { (48...57).contains($0) }
    }

    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }
}
