package import CofferBase

/// Writes JSON text, compact or indented, as Go's encoder prints it.
///
/// Besides what RFC 8259 requires, `<`, `>`, `&`, U+2028 and U+2029 are escaped,
/// so that an answer shown inside a page cannot end its script element. Commas
/// and line breaks come by themselves; the caller pairs `begin…` with `end…`
/// and gives each key of an object one value.
package struct JSONWriter: ~Copyable {
    /// What stands before the next key or value.
    private enum Place { case first, later, afterKey }

    private var output: JSONOutput
    private var place = Place.first
    private let indent: Int
    private var depth = 0

    /// With an `indent` above 0 every member and element has a line of its own.
    package init(indent: Int = 0, capacity: Int = 1024) {
        self.indent = indent
        output = JSONOutput(capacity: capacity)
    }

    /// What was written.
    package var bytes: [UInt8] { output.bytes }
    package var count: Int { output.count }

    package mutating func beginObject() { begin(UInt8(ascii: "{")) }
    package mutating func endObject() { end(UInt8(ascii: "}")) }
    package mutating func beginArray() { begin(UInt8(ascii: "[")) }
    package mutating func endArray() { end(UInt8(ascii: "]")) }

    /// The name of the value that is written next.
    package mutating func key(_ name: String) {
        separate()
        quote(name)
        output.append(UInt8(ascii: ":"))
        if indent > 0 { output.append(UInt8(ascii: " ")) }
        place = .afterKey
    }

    /// As `key(_:)`, for a name of which nothing needs an escape.
    package mutating func key(plain name: StaticString) {
        separate()
        output.append(key: name)
        if indent > 0 { output.append(UInt8(ascii: " ")) }
        place = .afterKey
    }

    /// A text of which nothing needs an escape, added by `append` as it is.
    package mutating func value(plain append: (inout JSONOutput) -> Void) {
        separate()
        output.append(UInt8(ascii: "\""))
        append(&output)
        output.append(UInt8(ascii: "\""))
        place = .later
    }

    /// Members that another writer wrote, with commas between them.
    package mutating func members(written bytes: ArraySlice<UInt8>) {
        if bytes.isEmpty { return }
        separate()
        output.append(bytes)
        place = .later
    }

    /// Ends a document of lines.
    package mutating func lineFeed() { output.append(UInt8(ascii: "\n")) }

    package mutating func null() {
        separate()
        output.append("null")
        place = .later
    }

    package mutating func value(_ flag: Bool) {
        separate()
        output.append(flag ? "true" : "false")
        place = .later
    }

    package mutating func value(_ number: JSONNumber) {
        separate()
        number.text.utf8.span.withUnsafeBufferPointer { output.append($0) }
        place = .later
    }

    package mutating func value(_ number: Int64) {
        separate()
        output.append(number)
        place = .later
    }

    package mutating func value(_ number: Int) { value(Int64(number)) }
    package mutating func value(_ time: Timestamp) { value { $0.append(time) } }

    package mutating func value(_ text: String) {
        separate()
        quote(text)
        place = .later
    }

    /// A whole tree; recurses once for each level.
    package mutating func value(_ tree: JSON) {
        switch tree {
        case .null: null()
        case .bool(let flag): value(flag)
        case .number(let number): value(number)
        case .string(let text): value(text)
        case .object(let object): value(object)
        case .array(let items):
            beginArray()
            for item in items { value(item) }
            endArray()
        }
    }

    package mutating func value(_ object: JSONObject) {
        beginObject()
        // By index: a member in a variable would be a copy, with two more references to count.
        for index in object.members.indices {
            key(object.members[index].key)
            value(object.members[index].value)
        }
        endObject()
    }

    package mutating func member(_ name: String, _ flag: Bool) {
        key(name)
        value(flag)
    }

    package mutating func member(_ name: String, _ number: Int64) {
        key(name)
        value(number)
    }

    package mutating func member(_ name: String, _ number: Int) {
        key(name)
        value(number)
    }

    package mutating func member(_ name: String, _ text: String) {
        key(name)
        value(text)
    }

    package mutating func member(_ name: String, _ tree: JSON) {
        key(name)
        value(tree)
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        output.append(bracket)
        depth += 1
        place = .first
    }

    private mutating func end(_ bracket: UInt8) {
        depth -= 1
        if place == .later && indent > 0 { breakLine() }
        output.append(bracket)
        place = .later
    }

    @inline(__always)
    private mutating func separate() {
        if place == .afterKey { return }
        if place == .later { output.append(UInt8(ascii: ",")) }
        if indent > 0 && depth > 0 { breakLine() }
    }

    private mutating func breakLine() {
        output.append(UInt8(ascii: "\n"))
        for _ in 0..<max(depth, 0) * indent { output.append(UInt8(ascii: " ")) }
    }

    private mutating func quote(_ text: String) {
        text.utf8.span.withUnsafeBufferPointer { output.append(quoted: $0) }
    }
}

extension JSON {
    /// Compact UTF-8 text, without a newline at the end.
    package func serialized() -> [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }

    /// Compact text.
    package var text: String { String(decoding: serialized(), as: UTF8.self) }

    /// One member or element on a line, as Go's `json.MarshalIndent` prints it.
    package func prettyText(indent: Int = 2) -> String {
        var writer = JSONWriter(indent: indent)
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
