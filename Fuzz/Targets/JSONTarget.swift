import CofferJSON

extension FuzzTarget {
    /// Whatever the bytes are, the parser answers; what it accepts is written and read back the same.
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
}
