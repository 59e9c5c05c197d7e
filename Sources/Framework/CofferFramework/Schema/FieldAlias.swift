internal import CofferJSON

/// What makes a field an old name of another one.
struct FieldAlias<Record: Sendable>: Sendable {
    /// The name that took its place.
    let newName: String
    /// Whether the record was last written under the old name: then reads show it too.
    let isUsed: @Sendable (Record) -> Bool
    let note: @Sendable (inout Record, Bool) -> Void
}

extension Field {
    /// The same field under an old name. The new one wins where both are given, and the old one is shown
    /// by reads as long as it was in the latest write.
    /// - Parameter used: where the record keeps the old names that are in use; nil never shows this one.
    package func oldName(
        _ name: String, used: (any WritableKeyPath<Record, Set<String>> & Sendable)? = nil
    ) -> Field {
        var field = self
        field.descriptor = FieldDescriptor(
            name: name, help: "Old name of \"\(descriptor.name)\", which wins when both are given.",
            type: descriptor.type)
        field.descriptor.isDeprecated = true
        field.alias = FieldAlias(
            newName: descriptor.name, isUsed: { record in used.map { record[keyPath: $0].contains(name) } ?? false },
            note: { record, isUsed in
                guard let used else { return }
                if isUsed { record[keyPath: used].insert(name) } else { record[keyPath: used].remove(name) }
            })
        return field
    }

    func mergeAlias(_ object: JSONObject, into record: inout Record) throws(FieldError) {
        guard let alias else { return }
        let old = object[descriptor.name]
        if object[alias.newName] != nil {
            alias.note(&record, old != nil)
        } else if let old {
            try set(&record, old)
            alias.note(&record, true)
        }
    }

    /// The same field of a record that holds this one.
    package func within<Whole: Sendable>(_ part: any WritableKeyPath<Whole, Record> & Sendable) -> Field<Whole> {
        var field = Field<Whole>(descriptor, place.within(part), expectation: expectation)
        field.alias = alias.map { alias in
            FieldAlias(
                newName: alias.newName, isUsed: { alias.isUsed($0[keyPath: part]) },
                note: { alias.note(&$0[keyPath: part], $1) })
        }
        return field
    }
}
