package import CofferBase
package import CofferFramework
package import CofferJSON
package import CofferStorage
package import MemoryStorage

/// One engine over memory, called as the pipeline calls it: match, existence check, run.
package struct EngineHarness: Sendable {
    package let engine: any Engine
    package let mount: MountReference
    package let storage: StorageView
    package let memory: MemoryStorage
    package let clock: ManualClock
    package let random: RandomSource
    /// Who calls; nil calls without a token.
    package var caller: Caller? = Caller.tester

    /// - Parameters:
    ///   - options: of the mount, checked as at its enabling.
    ///   - services: what the server does for the engine.
    ///   - sharing: another harness whose storage and clock this one uses: the same mount after a restart or tuning.
    package init(
        _ kind: EngineKind, options: [String: String] = [:], at path: String = "mount/",
        services: EngineServices = .forTests, sharing other: EngineHarness? = nil
    ) async throws {
        mount = MountReference(
            path: path, type: kind.type, accessor: "\(kind.type)_12345678", uuid: "mount-uuid",
            options: try kind.checkOptions(options), defaultTTL: .seconds(2_764_800),
            maximumTTL: .seconds(2_764_800), isAuth: kind.class == .auth)
        memory = other?.memory ?? MemoryStorage()
        clock = other?.clock ?? ManualClock()
        random = other?.random ?? .seeded(1)
        if let other {
            storage = other.storage
        } else {
            storage = StorageView(try await PlainStore(memory), prefix: "logical/mount-uuid/")
        }
        engine = kind.make(
            EngineContext(
                mount: mount, namespace: .root, storage: storage, clock: clock, random: random, services: services))
    }

    /// The same mount, called by someone else.
    package func called(by caller: Caller?) -> EngineHarness {
        var copy = self
        copy.caller = caller
        return copy
    }

    package func read(_ path: String, _ query: JSONObject = [:]) async throws -> Reply {
        try await run(.read, path, query)
    }

    @discardableResult
    package func write(_ path: String, _ fields: JSONObject = [:]) async throws -> Reply {
        if path.hasSuffix("/") { throw EngineError.badRequest("cannot write to a path ending in '/'") }
        return try await run(.update, path, fields)
    }

    @discardableResult
    package func patch(_ path: String, _ fields: JSONObject) async throws -> Reply {
        try await run(.patch, path, fields)
    }

    @discardableResult
    package func delete(_ path: String, _ query: JSONObject = [:]) async throws -> Reply {
        try await run(.delete, path, query)
    }

    /// A list asks for a folder, as the pipeline makes it one.
    package func list(_ path: String, _ query: JSONObject = [:]) async throws -> Reply {
        try await run(.list, Self.folder(path), query)
    }

    package func scan(_ path: String, _ query: JSONObject = [:]) async throws -> Reply {
        try await run(.scan, Self.folder(path), query)
    }

    /// What the existence check says of a write; true when the path has none.
    package func exists(_ path: String) async throws -> Bool {
        let match = try engine.paths.match(path, .update)
        guard let exists = match.place.path.exists else { return true }
        return try await exists(call(.update, path, [:], match))
    }

    /// Any operation, with the errors that a client would be told.
    package func run(
        _ operation: CofferFramework.Operation, _ path: String, _ fields: JSONObject
    ) async throws -> Reply {
        do {
            let match = try engine.paths.match(path, operation)
            if match.captures.contains(where: { $0.value.hasSuffix(".") }) { throw EngineError.notFound }
            var call = call(operation, path, fields, match)
            if operation == .update, let exists = match.place.path.exists, try await !exists(call) {
                call.operation = .create
            }
            return try await match.verb.run(call)
        } catch let error as StorageError {
            throw EngineError(storage: error)
        } catch let error as FieldError {
            throw EngineError.badRequest(error.text)
        }
    }

    private func call(
        _ operation: CofferFramework.Operation, _ path: String, _ fields: JSONObject, _ match: PathTable.Match
    ) -> Call {
        Call(
            id: "request", operation: operation, path: path, mount: mount, namespace: .root, caller: caller,
            origin: Origin(remoteAddress: "127.0.0.1", remotePort: 50_000), storage: storage, clock: clock,
            random: random, fields: fields, captures: match.captures)
    }

    private static func folder(_ path: String) -> String { path.isEmpty || path.hasSuffix("/") ? path : path + "/" }
}

extension EngineServices {
    /// Passwords are letters and digits; no lease is ever retried.
    package static let forTests: EngineServices = {
        let random = RandomSource.seeded(7)
        return EngineServices(generatePassword: { _ in try random.base62(20) }, retryRevocations: { _ in })
    }()
}

extension Caller {
    /// An ordinary service token.
    package static let tester = Caller(
        accessor: "accessor", displayName: "tester", policies: ["default"], entityID: "", isRoot: false,
        metadata: [:], cubbyholeID: "cubbyhole-of-tester", namespace: .root)
}

extension Reply {
    /// The `data` of an envelope; nil for other answers.
    package var data: JSONObject? { if case .data(let object) = body { object } else { nil } }
    /// The names of a list answer.
    package var keys: [String] { data?["keys"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
    /// True for what leaves as 204.
    package var isEmpty: Bool { if case .none = body { warnings.isEmpty } else { false } }
}
