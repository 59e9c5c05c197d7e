extension JSON: Equatable {
    /// Strings are equal by their bytes, numbers by their text (`1` is not `1.0`), objects in any order.
    ///
    /// Compares pair by pair, without recursion, and no pair twice: deep trees
    /// cost neither stack nor time.
    package static func == (left: JSON, right: JSON) -> Bool {
        var pending: [(JSON, JSON)] = []
        guard equal(left, right, pending: &pending) else { return false }
        while let (left, right) = pending.popLast() {
            guard equal(left, right, pending: &pending) else { return false }
        }
        return true
    }

    /// False when the two surely differ; what remains to be compared is added to `pending`.
    private static func equal(_ left: JSON, _ right: JSON, pending: inout [(JSON, JSON)]) -> Bool {
        switch (left, right) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.number(let left), .number(let right)): return sameBytes(left.text, right.text)
        case (.string(let left), .string(let right)): return sameBytes(left, right)
        case (.array(let left), .array(let right)):
            guard left.count == right.count else { return false }
            pending.append(contentsOf: zip(left, right))
            return true
        case (.object(let left), .object(let right)):
            guard let pairs = left.valuesPaired(with: right) else { return false }
            pending.append(contentsOf: pairs)
            return true
        default: return false
        }
    }
}

extension JSONObject: Equatable {
    /// The order of members is no part of the value (RFC 8259 section 4): whoever
    /// compares a request with a rule must not be deceived by reordering.
    package static func == (left: JSONObject, right: JSONObject) -> Bool { JSON.object(left) == JSON.object(right) }

    /// The values under each key of both; nil when the keys differ.
    fileprivate func valuesPaired(with other: JSONObject) -> [(JSON, JSON)]? {
        guard count == other.count else { return nil }
        if let pairs = Self.pairs(members, other.members) { return pairs }
        return Self.pairs(sortedByKey.members, other.sortedByKey.members)
    }

    private static func pairs(_ left: [Member], _ right: [Member]) -> [(JSON, JSON)]? {
        guard zip(left, right).allSatisfy({ sameBytes($0.key, $1.key) }) else { return nil }
        return zip(left, right).map { ($0.value, $1.value) }
    }
}

extension JSONObject.Member: Equatable {
    package static func == (left: Self, right: Self) -> Bool {
        sameBytes(left.key, right.key) && left.value == right.value
    }
}
