internal import CofferBase
internal import HCL

/// What a key of a stanza means: how its value is taken, or why it has no effect.
enum Setting<Target>: Sendable {
    case take(@Sendable (_ value: StanzaValue, _ target: inout Target) throws(HCLError) -> Void)
    /// Known, and rightly without effect here.
    case ignored
    /// Known from Vault, and not yet done: the log says so.
    case unsupported
    /// Known, and too important to be passed over: the server does not start.
    case refused(String)
}

/// One value with its place, read as the kinds that configuration knows.
struct StanzaValue {
    let value: HCLValue
    let position: HCLPosition

    func text() throws(HCLError) -> String { try expect(value.scalarText, "a string") }

    /// A list of texts; one text counts as a list of one.
    func texts() throws(HCLError) -> [String] {
        try expect(value.stringList ?? value.scalarText.map { [$0] }, "a list of strings")
    }

    func flag() throws(HCLError) -> Bool {
        switch value.scalarText {
        case "true", "1", "t", "T", "TRUE", "True": return true
        case "false", "0", "f", "F", "FALSE", "False": return false
        default: throw HCLError("expected true or false", at: position)
        }
    }

    func integer() throws(HCLError) -> Int { Int(clamping: try expect(value.intValue, "an integer")) }

    func duration() throws(HCLError) -> Duration {
        let duration = try expect(value.scalarText.flatMap { GoDuration.parse($0) }, "a duration such as \"30s\"")
        if duration < .zero { throw HCLError("a duration must not be negative", at: position) }
        return duration
    }

    /// A block; in JSON also a list of one, which is how a block that may repeat is written there.
    func block() throws(HCLError) -> HCLBody {
        let only = value.listValue.flatMap { $0.count == 1 ? $0[0].objectValue : nil }
        return try expect(value.objectValue ?? only, "a block")
    }

    private func expect<T>(_ found: T?, _ kind: String) throws(HCLError) -> T {
        guard let found else { throw HCLError("expected \(kind)", at: position) }
        return found
    }
}

/// Applies the assignments of a body to a target by a table of settings.
struct StanzaReader {
    let file: String
    var warnings: [String] = []

    mutating func read<Target>(
        _ body: HCLBody, into target: inout Target, settings: [String: Setting<Target>], stanza: String
    ) throws(HCLError) {
        if let repeated = body.firstRepeatedAssignment {
            throw HCLError("the argument \"\(repeated.name)\" was already set", at: repeated.position)
        }
        for item in body.items {
            switch settings[item.name] {
            case .take(let take): try take(StanzaValue(value: item.value, position: item.position), &target)
            case .ignored: break
            case .unsupported: warn("\(stanza) key \"\(item.name)\" has no effect yet", item.position)
            case .refused(let reason): throw HCLError("\(stanza) key \"\(item.name)\": \(reason)", at: item.position)
            case nil: warn("unknown \(stanza) key \"\(Self.shown(item.name))\" is ignored", item.position)
            }
        }
    }

    mutating func warn(_ text: String, _ position: HCLPosition) {
        warnings.append(position.isKnown ? "\(file):\(position.line):\(position.column): \(text)" : "\(file): \(text)")
    }

    /// Names of unknown keys are shown only when they look like names.
    private static func shown(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\"") }
        return isPlain && name.utf8.count <= 64 ? name : "(unprintable)"
    }
}
