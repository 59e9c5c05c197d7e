package import CofferJSON

/// What a reader of documentation may know about a field.
package struct FieldDescriptor: Sendable, Equatable {
    package let name: String
    package let help: String
    package let type: FieldType
    /// Never echoed by reads, hashed in audit like every string.
    package var isSecret = false
    package var isDeprecated = false
    /// Given in the query string of a read or list.
    package var isQuery = false
    package var isRequired = false
    /// Kept with the record, and neither taken from a request nor shown.
    package var isInternal = false

    package init(name: String, help: String, type: FieldType) {
        self.name = name
        self.help = help
        self.type = type
    }
}

/// One field of a record: its wire name and how it is read and written.
package struct Field<Record: Sendable>: Sendable {
    package var descriptor: FieldDescriptor
    let place: FieldPlace
    /// What an error says was expected.
    let expectation: String
    /// Set when this is an old name of another field.
    var alias: FieldAlias<Record>?

    package init<Value: FieldValue>(
        _ name: String, _ keyPath: any WritableKeyPath<Record, Value> & Sendable, _ help: String
    ) {
        self.init(
            FieldDescriptor(name: name, help: help, type: Value.fieldType), FieldPlace(keyPath),
            expectation: Value.expectation)
    }

    init(_ descriptor: FieldDescriptor, _ place: FieldPlace, expectation: String) {
        self.descriptor = descriptor
        self.place = place
        self.expectation = expectation
    }

    func set(_ record: inout Record, _ json: JSON) throws(FieldError) {
        let isRead = withUnsafeMutablePointer(to: &record) { place.store(json, $0) }
        if !isRead { throw FieldError(field: descriptor.name, expected: expectation) }
    }

    func get(_ record: Record) -> JSON { withUnsafePointer(to: record) { place.load($0) } }

    /// Not echoed by reads.
    package var secret: Field { with { $0.isSecret = true } }
    package var deprecated: Field { with { $0.isDeprecated = true } }
    /// Comes in the query string of a read, list or delete.
    package var query: Field { with { $0.isQuery = true } }
    package var required: Field { with { $0.isRequired = true } }
    /// Kept with the record, and neither taken from a request nor shown.
    package var `internal`: Field { with { $0.isInternal = true } }

    private func with(_ change: (inout FieldDescriptor) -> Void) -> Field {
        var copy = self
        change(&copy.descriptor)
        return copy
    }
}

/// The fields of a record and the record's own defaults.
package struct Schema<Record: Sendable>: Sendable {
    package let fields: [Field<Record>]
    private let make: @Sendable () -> Record
    /// What merges and encodings need of the fields, in their order: a field is costly to copy, and records are read by
    /// the million.
    private let names: [String]
    private let places: [FieldPlace]
    private let sources: [FieldSource]
    private let aliases: [Int]
    private let required: [Int]

    package init(_ make: @escaping @Sendable () -> Record, _ fields: [Field<Record>]) {
        self.make = make
        self.fields = fields
        names = fields.map(\.descriptor.name)
        places = fields.map(\.place)
        sources = fields.map { $0.alias != nil ? .otherName : $0.descriptor.isInternal ? .storageOnly : .request }
        aliases = fields.indices.filter { fields[$0].alias != nil }
        required = fields.indices.filter { fields[$0].descriptor.isRequired }
    }

    /// Of the fields that a request may name.
    package var descriptors: [FieldDescriptor] { fields.map(\.descriptor).filter { !$0.isInternal } }

    /// Some of the fields, to be part of another schema.
    package func fields(_ names: String...) -> [Field<Record>] {
        fields.filter { names.contains($0.descriptor.name) }
    }

    /// A record from its defaults and the given members; unknown members are left to the caller.
    package func decode(_ object: JSONObject) throws(FieldError) -> Record {
        var record = make()
        try merge(object, into: &record)
        return record
    }

    /// Overwrites only the fields that were given.
    package func merge(_ object: JSONObject, into record: inout Record) throws(FieldError) {
        try merge(object, into: &record, withInternal: false)
    }

    /// A record from what `encode` made.
    package func restore(_ object: JSONObject) throws(FieldError) -> Record {
        var record = make()
        try merge(object, into: &record, withInternal: true)
        return record
    }

    private func merge(
        _ object: JSONObject, into record: inout Record, withInternal: Bool
    ) throws(FieldError) {
        let refused = withUnsafeMutablePointer(to: &record) { store(object, in: $0, withInternal) }
        if let refused { throw FieldError(field: names[refused], expected: fields[refused].expectation) }
        for index in aliases { try fields[index].mergeAlias(object, into: &record) }
        for index in required where object[names[index]] == nil {
            throw FieldError(field: names[index], expected: "a value")
        }
    }

    /// The first field whose value cannot be read.
    private func store(_ object: JSONObject, in record: UnsafeMutableRawPointer, _ withInternal: Bool) -> Int? {
        // What was encoded comes in the order of the fields: the next one is nearly always the one that is meant.
        var expected = 0
        for member in object.members.indices {
            guard let index = index(of: object.members[member].key, from: expected) else { continue }
            expected = index + 1
            let isWanted = sources[index] == .request || (withInternal && sources[index] == .storageOnly)
            if isWanted && !places[index].store(object.members[member].value, record) { return index }
        }
        return nil
    }

    private func index(of name: String, from start: Int) -> Int? {
        for index in start..<max(names.count, start) where sameBytes(names[index], name) { return index }
        for index in 0..<min(start, names.count) where sameBytes(names[index], name) { return index }
        return nil
    }

    /// All fields, secret ones included: for storage.
    package func encode(_ record: Record) -> JSONObject {
        var object = JSONObject(capacity: names.count)
        withUnsafePointer(to: record) { pointer in
            for index in names.indices
            where sources[index] != .otherName || fields[index].alias?.isUsed(record) == true {
                object.append(names[index], places[index].load(pointer))
            }
        }
        return object
    }

    /// The same without what is as in a new record: it comes back when the record is decoded.
    /// - Parameter usual: `values` of a new record.
    package func encode(_ record: Record, except usual: [JSON]) -> JSONObject {
        var object = JSONObject(capacity: names.count)
        withUnsafePointer(to: record) { pointer in
            for index in names.indices {
                let value = places[index].load(pointer)
                if value == usual[index] { continue }
                object.append(names[index], value)
            }
        }
        return object
    }

    /// One for each field, in their order.
    package func values(_ record: Record) -> [JSON] { fields.map { $0.get(record) } }

    /// The fields that a read may show.
    package func encodeForReading(_ record: Record) -> JSONObject {
        let shown = fields.filter { field in
            let descriptor = field.descriptor
            if descriptor.isSecret || descriptor.isInternal { return false }
            return field.alias?.isUsed(record) ?? !descriptor.isDeprecated
        }
        return Self.object(shown, of: record)
    }

    /// These fields, secret or not; old names after the first only where they are in use.
    package func encode(_ record: Record, only names: [String]) -> JSONObject {
        let named = fields(named: names).filter { field in
            field.descriptor.name == names.first || field.alias?.isUsed(record) ?? true
        }
        return Self.object(named, of: record)
    }

    /// Gives these fields their defaults.
    package func reset(_ names: [String], in record: inout Record) throws(FieldError) {
        let standard = make()
        for field in fields(named: names) {
            try field.set(&record, field.get(standard))
            field.alias?.note(&record, false)
        }
    }

    /// The fields with these names, in the order of the names.
    package func fields(named names: [String]) -> [Field<Record>] {
        names.compactMap { name in fields.first { sameBytes($0.descriptor.name, name) } }
    }

    private static func object(_ fields: [Field<Record>], of record: Record) -> JSONObject {
        JSONObject(uniqueMembers: fields.map { .init(key: $0.descriptor.name, value: $0.get(record)) })
    }
}

/// Where the value of a field comes from.
private enum FieldSource { case request, storageOnly, otherName }
