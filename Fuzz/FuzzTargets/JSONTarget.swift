import CofferJSON
import Foundation

extension FuzzTarget {
    /// Whatever the bytes are, the parser answers; what it accepts is written and read back the same, and is what
    /// Foundation reads.
    static let json = FuzzTarget("json") { checkJSON($0) }
}

private func checkJSON(_ input: [UInt8]) {
    guard let tree = try? JSON.parse(input) else { return }
    let compact = tree.serialized()
    guard let again = try? JSON.parse(compact, limits: .trusted) else { fatalError("own text is refused") }
    precondition(again == tree, "the value changed")
    precondition(again.serialized() == compact, "the text changed")
    guard let indented = try? JSON.parse(text: tree.prettyText(), limits: .trusted), indented == tree else {
        fatalError("indented text is another value")
    }
    _ = tree.mergePatched(with: again)
    compare(tree, input)
}

private func compare(_ tree: JSON, _ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self).lowercased()
    // Foundation refuses half of a pair, numbers without a Double, and deep trees; it folds equal spellings of keys.
    if text.contains("\\ud") || input.count(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }) > 400 {
        return
    }
    if hasUnusualNumber(tree) { return }
    guard let foreign = try? JSONSerialization.jsonObject(with: Data(input), options: .fragmentsAllowed) else {
        fatalError("Foundation refuses it")
    }
    precondition(isSame(tree, foreign), "Foundation reads another value")
}

private func hasUnusualNumber(_ tree: JSON) -> Bool {
    switch tree {
    case .number(let number): number.text.utf8.count > 15 || number.text.lowercased().contains("e")
    case .array(let items): items.contains(where: hasUnusualNumber)
    case .object(let object): object.members.contains { hasUnusualNumber($0.value) }
    case .null, .bool, .string: false
    }
}

private func isSame(_ own: JSON, _ foreign: Any) -> Bool {
    switch own {
    case .null: return foreign is NSNull
    case .bool(let flag): return foreign as? Bool == flag
    case .number(let number): return (foreign as? NSNumber)?.doubleValue == Double(number.text)
    case .string(let text): return (foreign as? String).map { Array($0.utf8) == Array(text.utf8) } ?? false
    case .array(let items):
        guard let others = foreign as? [Any], others.count == items.count else { return false }
        return zip(items, others).allSatisfy { isSame($0, $1) }
    case .object(let object):
        guard let others = foreign as? [String: Any] else { return false }
        if others.count != object.count { return Set(object.keys).count == others.count }
        return object.members.allSatisfy { member in others[member.key].map { isSame(member.value, $0) } ?? false }
    }
}
