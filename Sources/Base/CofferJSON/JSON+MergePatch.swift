extension JSON {
    /// This value after a JSON merge patch (RFC 7396): null removes a member,
    /// objects merge, anything else replaces.
    package func mergePatched(with patch: JSON) -> JSON {
        guard case .object(let patch) = patch else { return patch }
        return .object((objectValue ?? JSONObject()).mergePatched(with: patch))
    }
}

extension JSONObject {
    /// These members after a JSON merge patch (RFC 7396); without recursion, and in
    /// time linear in both sizes.
    package func mergePatched(with patch: JSONObject) -> JSONObject {
        var outer: [Merge] = []
        var current = Merge(self, patch)
        while true {
            if let inner = current.applyChanges() {
                outer.append(current)
                current = inner
            } else {
                guard var enclosing = outer.popLast() else { return current.result }
                enclosing.setPending(.object(current.result))
                current = enclosing
            }
        }
    }
}

/// One object while a patch is applied to it.
private struct Merge {
    /// Nil where a member was removed.
    private var members: [JSONObject.Member?]
    private var places: [JSONKey: Int] = [:]
    private var changes: ArraySlice<JSONObject.Member>
    /// The member whose own merge is under way.
    private var pending = ""

    init(_ target: JSONObject, _ patch: JSONObject) {
        members = target.members
        changes = patch.members[...]
        for (place, member) in target.members.enumerated() { places[JSONKey(member.key)] = place }
    }

    var result: JSONObject { JSONObject(uniqueMembers: members.compactMap { $0 }) }

    /// Goes on until a member must be merged itself; that merge is returned, and nil at the end.
    mutating func applyChanges() -> Merge? {
        while let change = changes.popFirst() {
            let place = places[JSONKey(change.key)]
            switch change.value {
            case .null:
                if let place { members[place] = nil }
            case .object(let patch):
                pending = change.key
                let target = place.flatMap { members[$0]?.value.objectValue }
                return Merge(target ?? JSONObject(), patch)
            default: set(change.key, change.value)
            }
        }
        return nil
    }

    mutating func setPending(_ value: JSON) { set(pending, value) }

    private mutating func set(_ key: String, _ value: JSON) {
        let member = JSONObject.Member(key: key, value: value)
        if let place = places[JSONKey(key)] { members[place] = member } else { members.append(member) }
    }
}
