internal import CofferBase
internal import CofferJSON
internal import GoFlags

/// Values as Go's `fmt` prints them, which is what tables show.
enum GoText {
    /// `%v`: lists as `[a b]`, maps as `map[k:v]` by key, null as `<nil>`.
    static func value(_ value: JSON?) -> String {
        switch value {
        case nil, .null: "<nil>"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let number): number.text
        case .string(let text): text
        case .array(let items): "[" + items.map { Self.value($0) }.joined(separator: " ") + "]"
        case .object(let object):
            "map["
                + object.sortedByKey.members.map { "\($0.key):\(Self.value($0.value))" }.joined(separator: " ") + "]"
        }
    }

    /// `%q` of a list of texts: `["a" "b"]`.
    static func quotedList(_ value: JSON?) -> String {
        let texts = value?.arrayValue?.compactMap(\.stringValue) ?? []
        return "[" + texts.map(goQuoted).joined(separator: " ") + "]"
    }

    /// A value under its name: seconds become a duration where the name says that they are seconds.
    static func value(_ value: JSON?, named name: String) -> String {
        guard isDuration(name), let seconds = value?.intValue else { return Self.value(value) }
        return duration(seconds)
    }

    /// `1h`, `1h30m`, `768h`: a duration without its zero parts.
    static func duration(_ seconds: Int64) -> String {
        if seconds == 0 { return "0s" }
        var text = GoDuration.format(.seconds(seconds))
        if text.hasSuffix("m0s") { text.removeLast(2) }
        if text.hasSuffix("h0m") {
            text.removeLast(2)
        } else if let hours = text.firstIndex(of: "h"), hours > text.startIndex, text[hours...].hasPrefix("h0m") {
            text.replaceSubrange(hours..<text.index(hours, offsetBy: 3), with: "h")
        }
        return text
    }

    private static func isDuration(_ name: String) -> Bool {
        ["period", "ttl", "duration"].contains { name == $0 || name.hasSuffix("_" + $0) } || name == "lease_max"
            || name == "ttl_max"
    }
}

extension JSON {
    /// The same value with the members of every object in the order of their keys, as Go prints maps.
    var sortedDeeply: JSON {
        switch self {
        case .array(let items): .array(items.map(\.sortedDeeply))
        case .object(let object): .object(object.sortedDeeply)
        default: self
        }
    }
}

extension JSONObject {
    var sortedDeeply: JSONObject {
        JSONObject(uniqueMembers: sortedByKey.members.map { Member(key: $0.key, value: $0.value.sortedDeeply) })
    }
}
