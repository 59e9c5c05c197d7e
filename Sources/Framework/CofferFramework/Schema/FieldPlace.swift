package import CofferJSON

/// Where the value of one field stands, seen from the address of its record.
///
/// Functions of addresses are the same for all records: a schema keeps and calls them without asking for a type's
/// metadata, which costs more than the field itself. Key paths are resolved when the schema is made where the language
/// says at which offset a property is stored, and followed each time where it does not (computed properties).
struct FieldPlace: Sendable {
    /// False when the value cannot be read from the JSON.
    let store: @Sendable (JSON, _ record: UnsafeMutableRawPointer) -> Bool
    let load: @Sendable (_ record: UnsafeRawPointer) -> JSON

    private init(
        store: @escaping @Sendable (JSON, UnsafeMutableRawPointer) -> Bool,
        load: @escaping @Sendable (UnsafeRawPointer) -> JSON
    ) {
        self.store = store
        self.load = load
    }

    init<Record, Value: FieldValue>(_ path: any WritableKeyPath<Record, Value> & Sendable) {
        if let offset = MemoryLayout<Record>.offset(of: path) {
            self.init(store: { Value.store($0, at: $1 + offset) }, load: { Value.wire(at: $0 + offset) })
        } else {
            self.init(
                store: { json, record in
                    guard let value = Value(wire: json) else { return false }
                    record.assumingMemoryBound(to: Record.self).pointee[keyPath: path] = value
                    return true
                },
                load: { $0.assumingMemoryBound(to: Record.self).pointee[keyPath: path].wire })
        }
    }

    /// The same place seen from a record that holds this one at `path`.
    func within<Whole, Part>(_ path: any WritableKeyPath<Whole, Part> & Sendable) -> FieldPlace {
        let (store, load) = (store, load)
        if let offset = MemoryLayout<Whole>.offset(of: path) {
            return FieldPlace(store: { store($0, $1 + offset) }, load: { load($0 + offset) })
        }
        return FieldPlace(
            store: { json, whole in
                withUnsafeMutablePointer(to: &whole.assumingMemoryBound(to: Whole.self).pointee[keyPath: path]) {
                    store(json, $0)
                }
            },
            load: { whole in
                withUnsafePointer(to: whole.assumingMemoryBound(to: Whole.self).pointee[keyPath: path]) { load($0) }
            })
    }
}

extension FieldValue {
    /// Made once for each type, so that the code above is none for any type.
    package static func store(_ json: JSON, at place: UnsafeMutableRawPointer) -> Bool {
        guard let value = Self(wire: json) else { return false }
        place.assumingMemoryBound(to: Self.self).pointee = value
        return true
    }

    package static func wire(at place: UnsafeRawPointer) -> JSON {
        place.assumingMemoryBound(to: Self.self).pointee.wire
    }
}
