internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// Records of one kind below `oidc/`, with the usual paths: list, read, write, delete.
struct RecordFamily<Record: Sendable>: Sendable {
    /// `role`: the word in paths and operation ids.
    let word: String
    let noun: String
    /// All that is stored.
    let schema: Schema<Record>
    /// What a caller may set.
    let input: Schema<Record>
    /// There from the beginning, until they are written.
    var builtIn: [String: Record] = [:]
    /// Completes or refuses a record before it is stored; adds warnings.
    var check: @Sendable (Call, String, inout Record, _ old: Record?) async throws -> [String] = { _, _, _, _ in [] }
    var checkDeletion: @Sendable (Call, String) async throws -> Void = { _, _ in }
    var changed: @Sendable () -> Void = {}
    var shown: @Sendable (String, Record) -> JSONObject
    /// Query fields of a list beside those of its page.
    var filters: [FieldDescriptor] = []
    /// Facts for a list; nil leaves an entry out.
    var info: (@Sendable (Call, String, Record) -> JSONObject?)?

    init(
        word: String, noun: String, stored: [Field<Record>] = [], input: [Field<Record>],
        _ make: @escaping @Sendable () -> Record
    ) {
        self.word = word
        self.noun = noun
        self.input = Schema(make, input)
        let schema = Schema(make, input + stored)
        self.schema = schema
        let visible = self.input
        shown = { _, record in visible.encodeForReading(record).sortedByKey }
    }

    private var folder: String { "oidc/\(word)/" }
    private func key(_ name: String) -> StorageKey { StorageKey(folder + name) }

    func load(_ name: String, from storage: StorageView) async throws -> Record? {
        guard let bytes = try await storage.get(key(name)) else { return builtIn[name] }
        return try decode(bytes)
    }

    func names(in storage: StorageView) async throws -> [String] {
        let stored = try await storage.children(of: StorageKey(folder))
        return Set(stored).union(builtIn.keys).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    func all(in storage: StorageView) async throws -> [(name: String, record: Record)] {
        var all: [(name: String, record: Record)] = []
        for name in try await names(in: storage) {
            if let record = try await load(name, from: storage) { all.append((name, record)) }
        }
        return all
    }

    private func decode(_ bytes: [UInt8]) throws -> Record {
        do {
            return try schema.decode(try JSON.parseObject(bytes, limits: .trusted))
        } catch {
            throw EngineError.internal("a stored record is damaged; see the server log")
        }
    }

    // MARK: paths

    var paths: [Path] { [list, one] }

    private var list: Path {
        Path(
            "oidc/\(word)", "List the names of \(noun)s.",
            [
                Verb(
                    .list, "oidc-list-\(word)s", "List the names of \(noun)s.",
                    input: Page.schema.descriptors + filters
                ) { call in
                    let page = try Page.schema.decode(call.fields)
                    let names = page.part(of: try await names(in: call.storage))
                    guard let info else { return try .keys(names) }
                    var shown: [(String, JSONObject)] = []
                    for name in names {
                        guard let record = try await load(name, from: call.storage),
                            let facts = info(call, name, record)
                        else { continue }
                        shown.append((name, facts))
                    }
                    return try .list(shown.map(\.0), info: shown)
                }
            ])
    }

    private var one: Path {
        Path(
            "oidc/\(word)/:name", "Read, write or delete the \(noun).", captures: ["name": "Name of the \(noun)."],
            exists: { call in try await load(call.capture("name"), from: call.storage) != nil },
            [
                Verb(.read, "oidc-read-\(word)", "Read the \(noun).") { call in
                    let name = call.capture("name")
                    guard let record = try await load(name, from: call.storage) else { throw EngineError.notFound }
                    return .data(shown(name, record))
                },
                Verb(writing: input, "oidc-write-\(word)", "Create or change the \(noun).") { call in
                    try await write(call, call.capture("name"))
                },
                Verb(.delete, "oidc-delete-\(word)", "Delete the \(noun).") { call in
                    try await checkDeletion(call, call.capture("name"))
                    try await call.storage.delete(key(call.capture("name")))
                    changed()
                    return .empty
                },
            ])
    }

    private func write(_ call: Call, _ name: String) async throws -> Reply {
        let warnings = try await call.storage.transaction { transaction in
            let old = try await transaction.get(key(name)).map { try decode($0) } ?? builtIn[name]
            var record = try old ?? schema.decode([:])
            try input.merge(call.fields, into: &record)
            let warnings = try await check(call, name, &record, old)
            transaction.put(key(name), JSON.object(schema.encode(record)).serialized())
            return warnings
        }
        changed()
        var reply = Reply.empty
        reply.warnings = warnings
        return reply
    }
}
