internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import PolicyService

/// Explanations as they are answered.
enum ExplanationWire {
    static func object(_ explained: ExplainedDecision) -> JSONObject {
        let explanation = explained.explanation
        let decision = explanation.decision
        var object = JSONObject()
        object["operation"] = .string(explained.operation.rawValue)
        object["path"] = .string(explained.path)
        object["allowed"] = .bool(decision.allowed)
        object["cause"] = .string(decision.reason?.code ?? (decision.isRoot ? "root" : "allowed"))
        object["explanation"] = .string(text(explanation))
        object["rules"] = .array(explanation.rules.map { .object(rule($0)) })
        object["suggestion"] = .string(explanation.suggestion ?? "")
        object["notes"] = .strings(explained.notes)
        return object
    }

    static func subject(_ subject: DenialRecord.Subject) -> JSON {
        [
            "accessor": .string(subject.accessor), "display_name": .string(subject.displayName),
            "entity_id": .string(subject.entityID), "policies": .strings(subject.policies),
        ]
    }

    private static func rule(_ rule: Explanation.Rule) -> JSONObject {
        [
            "pattern": .string(rule.pattern), "capabilities": .strings(rule.capabilities.map(\.rawValue)),
            "policies": .strings(rule.policies.map(\.name)), "decides": .bool(rule.decides),
        ]
    }

    private static func text(_ explanation: Explanation) -> String {
        let decision = explanation.decision
        if decision.isRoot { return "The token has the root policy, which may do everything." }
        let rule = explanation.rules.first(where: \.decides).map(named) ?? "\"\(decision.pattern ?? "")\""
        return decision.reason?.text(rule) ?? "The rule \(rule) allows it."
    }

    private static func named(_ rule: Explanation.Rule) -> String {
        let policies = rule.policies.map { "\"\($0.name)\"" }.joined(separator: ", ")
        return "\"\(rule.pattern)\" of \(rule.policies.count == 1 ? "policy" : "policies") \(policies)"
    }
}
