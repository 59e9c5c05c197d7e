internal import CofferJSON

/// A text in HCL version 1, native or JSON form, as a tree.
package struct HCLDocument: Sendable {
    package let body: HCLBody

    init(body: HCLBody) { self.body = body }

    /// Reads either form: a text whose first byte other than blanks is `{` is JSON.
    package static func parse(_ bytes: [UInt8], limits: HCLLimits = HCLLimits()) throws(HCLError) -> HCLDocument {
        guard bytes.count <= limits.bytes else {
            throw HCLError("the text is longer than \(limits.bytes) bytes", at: HCLPosition(line: 1, column: 1))
        }
        if isJSON(bytes) { return try HCLDocument(body: HCLJSONForm.parse(bytes, limits: limits)) }
        var parser = HCLParser(bytes, limits: limits)
        return try HCLDocument(body: parser.document())
    }

    /// The same for text.
    package static func parse(text: String, limits: HCLLimits = HCLLimits()) throws(HCLError) -> HCLDocument {
        try parse(Array(text.utf8), limits: limits)
    }

    static func isJSON(_ bytes: [UInt8]) -> Bool {
        bytes.first { !HCLScanner.isBlank($0) } == UInt8(ascii: "{")
    }
}

/// The items between two braces, or of a whole document, in their order.
package struct HCLBody: Sendable {
    package let items: [HCLItem]

    package init(items: [HCLItem]) { self.items = items }

    /// All items whose first key is `name`, byte for byte.
    package func items(named name: String) -> [HCLItem] {
        items.filter { item in item.keys.first.map { sameBytes($0, name) } ?? false }
    }

    /// The value of the last item named `name`: the last assignment wins, as in HCL 1.
    package func value(named name: String) -> HCLValue? { items(named: name).last?.value }

    /// The first assignment (`key = …`) of a key that was assigned before in this
    /// body. Blocks may repeat; Vault refuses repeated assignments since 1.21.
    package var firstRepeatedAssignment: HCLItem? {
        var seen: Set<[UInt8]> = []
        for item in items where item.isAssignment {
            if !seen.insert(Array(item.name.utf8)).inserted { return item }
        }
        return nil
    }
}

/// `keys… = value`, or a block `keys… { … }`, which is an object under those keys.
package struct HCLItem: Sendable {
    /// Never empty; `path "secret/*" {}` has the keys `path` and `secret/*`.
    package let keys: [String]
    package let value: HCLValue
    package let position: HCLPosition
    /// True for `key = value`, false for a block.
    package let isAssignment: Bool

    package init(keys: [String], value: HCLValue, position: HCLPosition, isAssignment: Bool) {
        self.keys = keys
        self.value = value
        self.position = position
        self.isAssignment = isAssignment
    }

    /// The first key.
    package var name: String { keys.first ?? "" }
}
