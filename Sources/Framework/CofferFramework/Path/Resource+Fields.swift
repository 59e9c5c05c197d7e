internal import CofferJSON

extension Resource {
    /// A path for some fields of a record, which are read, written and reset by themselves.
    ///
    /// - Parameters:
    ///   - names: the field, and old names of it.
    ///   - operations: of read, update and delete (which gives the fields their defaults).
    ///   - writeID: of the update, when it is not `write-` and the suffix.
    package func fieldPath(
        _ pattern: String, _ names: [String], synopsis: String, captures: [String: String], idSuffix: String,
        operations: [Operation] = [.read, .update, .delete], writeID: String? = nil
    ) -> Path {
        let resource = self
        let capture = PathPattern(pattern).captureNames.first ?? ""
        let verbs = [
            Verb(.read, "read-\(idSuffix)", "Read: \(synopsis)") { call in
                guard let record = try await resource.load(call.capture(capture), from: call.storage) else {
                    throw EngineError.notFound
                }
                return .data(resource.schema.encode(record, only: names))
            },
            Verb(
                .update, writeID ?? "write-\(idSuffix)", "Write: \(synopsis)",
                input: schema.fields(named: names).map(\.descriptor)
            ) { call in
                let given = JSONObject(uniqueMembers: call.fields.members.filter { names.contains($0.key) })
                if given.isEmpty { throw EngineError.badRequest("missing \(names.first ?? "")") }
                return try await resource.write(call.capture(capture), call, mustExist: true) { record in
                    try resource.schema.merge(given, into: &record)
                }
            },
            Verb(.delete, "delete-\(idSuffix)", "Reset: \(synopsis)") { call in
                let name = call.capture(capture)
                if try await resource.load(name, from: call.storage) == nil { return .empty }
                return try await resource.write(name, call, mustExist: true) { record in
                    try resource.schema.reset(names, in: &record)
                }
            },
        ]
        return Path(pattern, synopsis, captures: captures, verbs.filter { operations.contains($0.operation) })
    }
}
