internal import CofferBase
internal import CofferFramework
internal import CofferJOSE
internal import CofferJSON
internal import CofferStorage
internal import Synchronization

/// The signing keys of the provider, at `oidc/key/<name>`, and the public keys that anyone may ask for.
final class NamedKeys: Sendable {
    private struct Published {
        var generation: UInt64 = 0
        var sets: [String: KeySet] = [:]
    }

    private struct KeySet {
        let json: JSONObject
        /// When a key of it ceases to verify.
        let expiry: Timestamp?
    }

    static let defaultName = "default"
    private static let folder = "oidc/key/"

    private let context: EngineContext
    /// RSA keys take long to draw: not on the cooperative pool.
    private let pool = BlockingPool(threads: 1)
    private let published = Mutex(Published())

    init(context: EngineContext) { self.context = context }

    /// What `default` is until somebody writes it: its keys are drawn when they are first needed.
    private static var builtIn: NamedKey {
        var key = NamedKey()
        key.allowedClientIDs = ["*"]
        return key
    }

    // MARK: reading

    /// The key, perhaps without key pairs yet; nil when there is none.
    func load(_ name: String, from storage: StorageView) async throws -> NamedKey? {
        guard let bytes = try await storage.get(StorageKey(Self.folder + name)) else {
            return name == Self.defaultName ? Self.builtIn : nil
        }
        return try Self.decode(bytes)
    }

    /// The key with its pairs.
    func ready(_ name: String, in storage: StorageView) async throws -> NamedKey? {
        guard let key = try await load(name, from: storage) else { return nil }
        if !key.current.id.isEmpty { return key }
        return try await write(name, in: storage) { _ in }
    }

    func names(in storage: StorageView) async throws -> [String] {
        let stored = try await storage.children(of: StorageKey(Self.folder))
        return Set(stored + [Self.defaultName]).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func decode(_ bytes: [UInt8]) throws -> NamedKey {
        do {
            return try NamedKey.schema.decode(try JSON.parseObject(bytes, limits: .trusted))
        } catch {
            throw EngineError.internal("a stored signing key is damaged; see the server log")
        }
    }

    // MARK: changing

    /// Creates or changes a key; one that is new gets its pairs.
    @discardableResult
    func write(
        _ name: String, in storage: StorageView, _ change: @Sendable (inout NamedKey) async throws -> Void
    ) async throws -> NamedKey {
        var draft = try await load(name, from: storage) ?? NamedKey()
        try await change(&draft)
        try draft.check()
        let pairs =
            draft.current.id.isEmpty ? [try await drawPair(draft.algorithm), try await drawPair(draft.algorithm)] : []
        let key = try await storage.transaction { transaction in
            let stored = try await transaction.get(StorageKey(Self.folder + name)).map { try Self.decode($0) }
            var key = stored ?? (name == Self.defaultName ? Self.builtIn : NamedKey())
            try await change(&key)
            try key.check()
            if key.current.id.isEmpty {
                guard pairs.count == 2 else { throw StorageError.conflict }
                (key.current, key.next) = (pairs[0], pairs[1])
            }
            let due = context.clock.now + key.rotationPeriod
            if key.nextRotation.nanoseconds == 0 || due < key.nextRotation { key.nextRotation = due }
            transaction.put(StorageKey(Self.folder + name), JSON.object(NamedKey.schema.encode(key)).serialized())
            return key
        }
        forgetPublished()
        context.wake(key.nextRotation)
        return key
    }

    func delete(_ name: String, from storage: StorageView) async throws {
        try await storage.delete(StorageKey(Self.folder + name))
        forgetPublished()
    }

    /// - Parameter ttl: how long the key that has signed so far still verifies; its setting when nil.
    func rotate(_ name: String, ttl: Duration?, in storage: StorageView) async throws {
        guard let key = try await ready(name, in: storage) else { throw OIDCTexts.unknownKey }
        try await rotate(name, in: storage, key.algorithm, ttl: ttl) { _ in true }
    }

    private func rotate(
        _ name: String, in storage: StorageView, _ algorithm: String, ttl: Duration?,
        when isDue: @Sendable (NamedKey) -> Bool
    ) async throws {
        let fresh = try await drawPair(algorithm)
        let now = context.clock.now
        try await storage.transaction { transaction in
            guard let bytes = try await transaction.get(StorageKey(Self.folder + name)) else { return }
            var key = try Self.decode(bytes)
            guard isDue(key) else { return }
            try key.rotate(to: fresh, verificationTTL: ttl ?? key.verificationTTL, at: now)
            transaction.put(StorageKey(Self.folder + name), JSON.object(NamedKey.schema.encode(key)).serialized())
        }
        forgetPublished()
    }

    private func drawPair(_ algorithm: String) async throws -> NamedKey.Pair {
        guard let known = SignatureAlgorithm(rawValue: algorithm) else { throw OIDCTexts.unknownAlgorithm }
        let key = try await pool.run { try SigningKey(generating: known) }
        return NamedKey.Pair(id: try context.random.uuid(), algorithm: algorithm, secret: key.stored)
    }

    /// Rotates what is due. - Returns: when there is more to do.
    func tick(in storage: StorageView) async throws -> Timestamp? {
        var next: Timestamp?
        let now = context.clock.now
        for name in try await storage.children(of: StorageKey(Self.folder)) {
            guard var key = try await load(name, from: storage), !key.current.id.isEmpty else { continue }
            if key.nextRotation <= now {
                try await rotate(name, in: storage, key.algorithm, ttl: nil) { $0.nextRotation <= now }
                key = try await load(name, from: storage) ?? key
            }
            next = min(next ?? key.nextRotation, key.nextRotation)
        }
        return next
    }

    // MARK: public keys

    /// A set of public keys, made once for each of its names until something changes or a key expires.
    func publicKeys(
        _ set: String, in storage: StorageView, named names: () async throws -> [String]
    ) async throws -> JSONObject {
        let now = context.clock.now
        let (known, generation) = published.withLock { ($0.sets[set], $0.generation) }
        if let known, known.expiry.map({ now < $0 }) ?? true { return known.json }
        var keys: [JSONWebKey] = []
        var expiry: Timestamp?
        for name in Set(try await names()).sorted() {
            guard let key = try await load(name, from: storage), !key.current.id.isEmpty else { continue }
            keys += try key.publicKeys(at: now)
            for old in key.retired where old.expiry > now.nanoseconds {
                expiry = min(expiry ?? Timestamp(nanoseconds: old.expiry), Timestamp(nanoseconds: old.expiry))
            }
        }
        let made = KeySet(json: JSONWebKeySet(keys).json, expiry: expiry)
        published.withLock { published in
            if published.generation == generation && published.sets.count < 1000 { published.sets[set] = made }
        }
        return made.json
    }

    /// Also called when a role, client or provider changes: sets follow them.
    func forgetPublished() {
        published.withLock { published in
            published.generation += 1
            published.sets.removeAll()
        }
    }
}
