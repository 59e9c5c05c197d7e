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

    package init(name: String, help: String, type: FieldType) {
        self.name = name
        self.help = help
        self.type = type
    }
}

/// One field of a record: its wire name and how it is read and written.
package struct Field<Record: Sendable>: Sendable {
    package var descriptor: FieldDescriptor
    let set: @Sendable (inout Record, JSON) throws(FieldError) -> Void
    let get: @Sendable (Record) -> JSON

    package init<Value: FieldValue>(
        _ name: String, _ keyPath: any WritableKeyPath<Record, Value> & Sendable, _ help: String
    ) {
        descriptor = FieldDescriptor(name: name, help: help, type: Value.fieldType)
        set = { (record, json) throws(FieldError) in
            guard let value = Value(wire: json) else { throw FieldError(field: name, expected: Value.expectation) }
            record[keyPath: keyPath] = value
        }
        get = { record in record[keyPath: keyPath].wire }
    }

    /// Not echoed by reads.
    package var secret: Field { with { $0.isSecret = true } }
    package var deprecated: Field { with { $0.isDeprecated = true } }
    /// Comes in the query string of a read, list or delete.
    package var query: Field { with { $0.isQuery = true } }
    package var required: Field { with { $0.isRequired = true } }

    /// The same field of a record that has this one as a part.
    package func within<Outer>(_ part: any WritableKeyPath<Outer, Record> & Sendable) -> Field<Outer> {
        Field<Outer>(
            descriptor: descriptor,
            set: { [set] (record, json) throws(FieldError) in try set(&record[keyPath: part], json) },
            get: { [get] record in get(record[keyPath: part]) })
    }

    private init(
        descriptor: FieldDescriptor, set: @escaping @Sendable (inout Record, JSON) throws(FieldError) -> Void,
        get: @escaping @Sendable (Record) -> JSON
    ) {
        self.descriptor = descriptor
        self.set = set
        self.get = get
    }

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

    package init(_ make: @escaping @Sendable () -> Record, _ fields: [Field<Record>]) {
        self.make = make
        self.fields = fields
    }

    package var descriptors: [FieldDescriptor] { fields.map(\.descriptor) }

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
        for member in object.members {
            for field in fields where sameBytes(field.descriptor.name, member.key) {
                try field.set(&record, member.value)
            }
        }
        for field in fields where field.descriptor.isRequired && object[field.descriptor.name] == nil {
            throw FieldError(field: field.descriptor.name, expected: "a value")
        }
    }

    /// All fields, secret ones included: for storage.
    package func encode(_ record: Record) -> JSONObject {
        JSONObject(uniqueMembers: fields.map { .init(key: $0.descriptor.name, value: $0.get(record)) })
    }

    /// The fields that a read may show.
    package func encodeForReading(_ record: Record) -> JSONObject {
        let shown = fields.filter { !$0.descriptor.isSecret && !$0.descriptor.isDeprecated }
        return JSONObject(uniqueMembers: shown.map { .init(key: $0.descriptor.name, value: $0.get(record)) })
    }
}
