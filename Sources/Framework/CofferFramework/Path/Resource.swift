internal import CofferJSON
package import CofferStorage

/// A stored record with the usual operations, derived from its schema.
///
/// The record is kept as the JSON of its schema at `folder` + name, or at
/// `folder` itself when the pattern captures nothing (a configuration).
package struct Resource<Record: Sendable>: Sendable {
    package let schema: Schema<Record>
    package let folder: String
    /// Refuses a record before it is stored; adds warnings.
    package var validate: @Sendable (Call, inout Record) async throws -> [String] = { _, _ in [] }

    package init(_ schema: Schema<Record>, folder: String) {
        self.schema = schema
        self.folder = folder
    }

    /// The stored record, or nil.
    package func load(_ name: String, from storage: StorageView) async throws -> Record? {
        guard let bytes = try await storage.get(key(name)) else { return nil }
        return try decode(bytes)
    }

    /// A path that reads, writes and deletes one record, and its existence check.
    package func path(
        _ pattern: String, noun: String, synopsis: String, description: String = "", captures: [String: String],
        idSuffix: String, traits: PathTraits = PathTraits()
    ) -> Path {
        let name = PathPattern(pattern).captureNames.first
        let resource = self
        @Sendable func nameIn(_ call: Call) -> String { name.map { call.capture($0) } ?? "" }
        return Path(
            pattern, synopsis, description: description, captures: captures, traits: traits,
            exists: { call in try await call.storage.get(resource.key(nameIn(call))) != nil },
            [
                Verb(.read, "read-\(idSuffix)", "Read \(noun).") { call in
                    guard let record = try await resource.load(nameIn(call), from: call.storage) else {
                        throw EngineError.notFound
                    }
                    return .data(resource.schema.encodeForReading(record))
                },
                Verb(writing: schema, "write-\(idSuffix)", "Create or update \(noun).") { call in
                    try await resource.write(nameIn(call), call)
                },
                Verb(.delete, "delete-\(idSuffix)", "Delete \(noun).") { call in
                    try await call.storage.delete(resource.key(nameIn(call)))
                    return .empty
                },
            ])
    }

    /// A path that lists the names of the records.
    package func listPath(_ pattern: String, synopsis: String, idSuffix: String) -> Path {
        let folder = folder
        return Path(
            pattern, synopsis,
            [
                Verb(.list, "list-\(idSuffix)", synopsis, Page.schema) { call, page in
                    try await call.list(StorageKey(folder), page)
                }
            ])
    }

    private func write(_ name: String, _ call: Call) async throws -> Reply {
        let key = key(name)
        return try await call.storage.transaction { transaction in
            let stored = try await transaction.get(key)
            var record = try stored.map { try decode($0) } ?? schema.decode([:])
            try schema.merge(call.fields, into: &record)
            let warnings = try await validate(call, &record)
            transaction.put(key, JSON.object(schema.encode(record)).serialized())
            var reply = Reply.empty
            reply.warnings = warnings
            return reply
        }
    }

    private func key(_ name: String) -> StorageKey { StorageKey(folder + name) }

    private func decode(_ bytes: [UInt8]) throws -> Record {
        do {
            return try schema.decode(try JSON.parseObject(bytes, limits: .trusted))
        } catch {
            throw EngineError.internal("a stored record is damaged; see the server log")
        }
    }
}

extension Verb {
    /// A write whose fields are merged into a stored record by the handler.
    package init<Record: Sendable>(
        writing schema: Schema<Record>, _ id: String, _ summary: String,
        _ handler: @escaping @Sendable (Call) async throws -> Reply
    ) {
        self.init(.update, id, summary, input: schema.descriptors, handler)
    }
}
