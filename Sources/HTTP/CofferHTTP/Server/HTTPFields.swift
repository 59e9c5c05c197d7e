/// Header fields in order, looked up without regard to case.
package struct HTTPFields: Sendable {
    package private(set) var list: [(name: String, value: String)] = []

    package init() {}

    /// Empty, with room for `capacity` fields.
    init(capacity: Int) { list.reserveCapacity(capacity) }

    package mutating func add(_ name: String, _ value: String) { list.append((name, value)) }

    /// The first value of a field; `name` is given in lower case.
    package subscript(name: String) -> String? {
        for index in list.indices where Self.equal(list[index].name, name) { return list[index].value }
        return nil
    }

    package func all(_ name: String) -> [String] {
        var values: [String] = []
        for index in list.indices where Self.equal(list[index].name, name) { values.append(list[index].value) }
        return values
    }

    /// Whether `field` is `lower` in any mixture of cases.
    static func equal(_ field: String, _ lower: String) -> Bool {
        guard field.utf8.count == lower.utf8.count else { return false }
        let (left, right) = (field.utf8.span, lower.utf8.span)
        for place in left.indices {
            let byte = left[place]
            guard byte == right[place] || ((65...90).contains(byte) && byte | 0x20 == right[place]) else {
                return false
            }
        }
        return true
    }
}
