package import CofferJSON
package import CofferStorage

/// A stored record with the usual operations, derived from its schema.
///
/// The record is kept as the JSON of its schema at `folder` + name, or at
/// `folder` itself when the pattern captures nothing (a configuration).
package struct Resource<Record: Sendable>: Sendable {
    package let schema: Schema<Record>
    package let folder: String
    /// Names have one form, whatever their case.
    package var foldsNames = false
    /// Keeps records decoded that transactions read, where requests read few of them often.
    package var known: DecodedEntries<Record>?
    /// Refuses a record before it is stored; adds warnings.
    package var validate: @Sendable (Call, inout Record) async throws -> [String] = { _, _ in [] }
    /// `data` of a read; the schema's fields but the secret ones unless said otherwise.
    package var shown: @Sendable (Call, Record) throws -> JSONObject
    /// Completes a record that passed, and changes what else belongs to it in the same commit.
    package var stage:
        @Sendable (_ call: Call, _ old: Record?, _ new: inout Record, _ commit: inout Transaction)
            async throws -> Void = { _, _, _, _ in }
    /// Removes what else belongs to a record that is deleted, in the same commit.
    package var unstage:
        @Sendable (_ call: Call, _ old: Record, _ commit: inout Transaction)
            async throws -> Void = { _, _, _ in }

    package init(_ schema: Schema<Record>, folder: String) {
        self.schema = schema
        self.folder = folder
        shown = { _, record in schema.encodeForReading(record) }
    }

    /// The stored record, or nil.
    package func load(_ name: String, from storage: StorageView) async throws -> Record? {
        try await storage.get(key(name)).map { try decode($0) }
    }

    /// The record as a transaction sees it; its commit fails when the record changes meanwhile.
    package func load(_ name: String, in transaction: inout Transaction) async throws -> Record? {
        guard let known else { return try await transaction.get(key(name)).map { try decode($0) } }
        return try await transaction.get(key(name), known) { try decode($0) }
    }

    /// The one form of a name from a request.
    package func folded(_ name: String) -> String { foldsNames ? name.lowercased() : name }

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
                    return .data(try resource.shown(call, record))
                },
                Verb(writing: schema, "write-\(idSuffix)", "Create or update \(noun).") { call in
                    try await resource.write(nameIn(call), call) { record in
                        try resource.schema.merge(call.fields, into: &record)
                    }
                },
                Verb(.delete, "delete-\(idSuffix)", "Delete \(noun).") { call in
                    try await resource.delete(nameIn(call), call)
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

    /// Stores a record: the one that is there, or a new one, as `change` leaves it.
    /// - Parameter mustExist: refuses to make a new one (404, as Vault does).
    package func write(
        _ name: String, _ call: Call, mustExist: Bool = false, _ change: @Sendable (inout Record) throws -> Void
    ) async throws -> Reply {
        try await call.storage.transaction { transaction in
            let old = try await load(name, in: &transaction)
            if old == nil && mustExist { throw EngineError.unsupportedPath }
            var record = try old ?? schema.decode([:])
            try change(&record)
            let warnings = try await validate(call, &record)
            try await stage(call, old, &record, &transaction)
            put(record, name, in: &transaction)
            var reply = Reply.empty
            reply.warnings = warnings
            return reply
        }
    }

    /// Stores a record as it is, beside whatever else the transaction does.
    package func put(_ record: Record, _ name: String, in transaction: inout Transaction) {
        transaction.put(key(name), JSON.object(schema.encode(record)).serialized())
    }

    /// Deletes a record; one that is not there is deleted already.
    package func delete(_ name: String, _ call: Call) async throws -> Reply {
        let key = key(name)
        try await call.storage.transaction { transaction in
            guard let stored = try await transaction.get(key) else { return }
            // A damaged record can still be got rid of.
            if let old = try? decode(stored) { try await unstage(call, old, &transaction) }
            transaction.delete(key)
        }
        return .empty
    }

    private func key(_ name: String) -> StorageKey { StorageKey(folder + folded(name)) }

    private func decode(_ bytes: [UInt8]) throws -> Record {
        do {
            return try schema.restore(try JSON.parseObject(bytes, limits: .trusted))
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
