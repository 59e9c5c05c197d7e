import CofferBase
import CofferJSON
import PolicyService
import Testing

/// The rules of policies given as texts, named `p1`, `p2`, ….
func acl(_ texts: String..., fill: (String) -> TemplateOutcome = { _ in .missing }) throws -> ACL {
    let policies = try texts.enumerated().map { index, text in
        try Policy.parse(name: "p\(index + 1)", namespace: "root", text: text)
    }
    return ACL(policies: policies, isRoot: false, fill: fill)
}

/// A policy of one path.
func path(_ pattern: String, _ capabilities: String..., and more: String = "") -> String {
    let list = capabilities.map { "\"\($0)\"" }.joined(separator: ", ")
    return "path \"\(pattern)\" {\n  capabilities = [\(list)]\n  \(more)\n}\n"
}

extension ACL {
    func decision(
        _ operation: PolicyOperation, _ path: String, _ parameters: JSONObject = [:], wrap: Duration? = nil,
        sudo: Bool = false
    ) -> Decision {
        decide(
            AuthorizationRequest(
                path: path, operation: operation, parameters: parameters, wrapTTL: wrap, needsSudo: sudo))
    }

    func allows(
        _ operation: PolicyOperation, _ path: String, _ parameters: JSONObject = [:], wrap: Duration? = nil,
        sudo: Bool = false
    ) -> Bool {
        decision(operation, path, parameters, wrap: wrap, sudo: sudo).allowed
    }
}

/// The text of the refusal; nil when the text is a policy.
func refusal(of text: String) -> String? {
    do throws(PolicyError) {
        _ = try Policy.parse(name: "p", namespace: "root", text: text)
        return nil
    } catch {
        return error.text
    }
}
