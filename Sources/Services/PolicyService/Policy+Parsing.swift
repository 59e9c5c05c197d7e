internal import CofferBase
internal import HCL

extension Policy {
    /// Reads a policy in HCL or JSON.
    /// - Throws: `PolicyError` with line and column; an unknown key is an error, so that a typing
    ///   mistake never widens a rule.
    package static func parse(name: String, namespace: String, text: String) throws(PolicyError) -> Policy {
        do throws(HCLError) {
            let body = try HCLDocument.parse(text: text).body
            for item in body.items where item.name != "path" && item.name != "name" {
                throw HCLError("invalid key; a policy holds path blocks", at: item.position)
            }
            guard let blocks = body.blocks(named: "path", labels: 1) else {
                let wrong = body.items(named: "path").first { item in
                    HCLBody(items: [item]).blocks(named: "path", labels: 1) == nil
                }
                throw HCLError("expected path \"…\" { … }", at: wrong?.position ?? .unknown)
            }
            let rules = try blocks.map { (block) throws(HCLError) in try rule(block) }
            return Policy(name: name.lowercased(), namespace: namespace, text: text, rules: rules)
        } catch {
            throw PolicyError("failed to parse policy: \(error.description)")
        }
    }

    private static func rule(_ block: HCLBlock) throws(HCLError) -> PathRule {
        guard var pattern = block.labels.first?[...] else {
            throw HCLError("a path block needs the path as its label", at: block.position)
        }
        if pattern.utf8.first == UInt8(ascii: "/") { pattern.unicodeScalars.removeFirst() }
        if pattern.contains("+*") {
            throw HCLError("\"+*\" is not allowed in a path", at: block.position)
        }
        var rule = PathRule(pattern: String(pattern))
        try refuseRepetition(in: block.body)
        for item in block.body.items { try set(item, in: &rule) }
        if let low = rule.minimumWrappingTTL, let high = rule.maximumWrappingTTL, high > .zero, low > high {
            throw HCLError("min_wrapping_ttl is larger than max_wrapping_ttl", at: block.position)
        }
        return rule
    }

    private static func set(_ item: HCLItem, in rule: inout PathRule) throws(HCLError) {
        switch item.name {
        case "capabilities":
            for element in item.value.elements {
                guard let capability = element.scalarText.flatMap(Capability.init(rawValue:)) else {
                    throw HCLError("invalid capability", at: item.position)
                }
                rule.capabilities.insert(capability)
            }
        case "policy": rule.capabilities.formUnion(try oldPolicy(item))
        case "allowed_parameters": rule.allowedParameters = try parameters(item)
        case "denied_parameters": rule.deniedParameters = try parameters(item)
        case "required_parameters": rule.requiredParameters = try names(item)
        case "min_wrapping_ttl": rule.minimumWrappingTTL = try duration(item)
        case "max_wrapping_ttl": rule.maximumWrappingTTL = try duration(item)
        case "pagination_limit": rule.paginationLimit = try count(item)
        case "comment", "subscribe_event_types", "mfa_methods": break
        default: throw HCLError("invalid key in a path block", at: item.position)
        }
    }

    /// `policy = "write"`: the form before capabilities.
    private static func oldPolicy(_ item: HCLItem) throws(HCLError) -> Set<Capability> {
        switch item.value.scalarText {
        case "deny": return [.deny]
        case "read": return [.read, .list]
        case "write": return [.create, .read, .update, .delete, .list]
        case "sudo": return [.create, .read, .update, .delete, .list, .sudo]
        default: throw HCLError("invalid policy; use capabilities", at: item.position)
        }
    }

    private static func parameters(_ item: HCLItem) throws(HCLError) -> [String: [ParameterValue]] {
        guard let body = item.value.objectValue else {
            throw HCLError("expected a block of parameter names", at: item.position)
        }
        try refuseRepetition(in: body)
        var parameters: [String: [ParameterValue]] = [:]
        for inner in body.items {
            parameters[inner.name.lowercased()] = try inner.value.elements.map { (element) throws(HCLError) in
                guard let value = ParameterValue(element) else {
                    throw HCLError("expected a list of values", at: place(inner, in: item))
                }
                return value
            }
        }
        return parameters
    }

    private static func names(_ item: HCLItem) throws(HCLError) -> [String] {
        try item.value.elements.map { (element) throws(HCLError) in
            guard let name = element.scalarText else { throw HCLError("expected a list of names", at: item.position) }
            return name
        }
    }

    /// Of a key that is written twice one would be lost, and it may be the stricter one.
    private static func refuseRepetition(in body: HCLBody) throws(HCLError) {
        var seen: Set<String> = []
        for item in body.items where !seen.insert(item.name.lowercased()).inserted {
            throw HCLError("the key is repeated", at: item.position)
        }
    }

    /// Where the inner item stands, or the outer one when that is unknown.
    private static func place(_ inner: HCLItem, in outer: HCLItem) -> HCLPosition {
        inner.position.isKnown ? inner.position : outer.position
    }

    /// Nil for zero, which limits nothing.
    private static func count(_ item: HCLItem) throws(HCLError) -> Int64? {
        guard let count = item.value.scalarText.flatMap({ Int64($0) }), count >= 0 else {
            throw HCLError("expected a number that is not negative", at: item.position)
        }
        return count == 0 ? nil : count
    }

    private static func duration(_ item: HCLItem) throws(HCLError) -> Duration {
        guard let duration = item.value.scalarText.flatMap({ GoDuration.parse($0) }), duration >= .zero else {
            throw HCLError("expected a duration", at: item.position)
        }
        return duration
    }
}
