internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// The keys of a mount: read through a cache, changed in transactions.
///
/// | entry | holds |
/// |---|---|
/// | `keys/<name>` | settings of a key (`Key`) |
/// | `versions/<name>/<number>` | one version (`VersionRecord`) |
/// | `due/<time>/<name>` | nothing: when a key has to be rotated, in order of time |
struct KeyStore: Sendable {
    static let folder: StorageKey = "keys/"
    static let dueFolder: StorageKey = "due/"

    let cache = NamedCache<KeyRing>()
    /// Asks for the periodic work at a time.
    let wake: @Sendable (Timestamp) -> Void

    /// The key as requests use it; nil when there is none.
    func find(_ name: String, in storage: StorageView) async throws -> KeyRing? {
        let (cached, drops) = cache.find(name)
        if let cached { return cached }
        let loaded = try await storage.transaction { transaction -> KeyRing? in
            guard let key = try await transaction.key(name) else { return nil }
            return KeyRing(key, try await transaction.versions(key.usable, of: key))
        }
        if let loaded { cache.insert(loaded, named: name, drops: drops) }
        return loaded
    }

    func find(_ call: Call) async throws -> KeyRing? { try await find(call.capture("name"), in: call.storage) }

    /// The key that the path names.
    /// - Parameter missing: thrown when there is none.
    func ring(_ call: Call, or missing: EngineError) async throws -> KeyRing {
        guard let ring = try await find(call) else { throw missing }
        return ring
    }

    /// Changes a key and its versions in one commit, and keeps the index of due rotations right.
    ///
    /// - Parameters:
    ///   - storage: the mount's.
    ///   - body: gets the key, nil when there is none, and leaves it as it shall be, nil to delete it.
    ///     It may run several times.
    func change<R>(
        _ name: String, in storage: StorageView, _ body: (inout Key?, inout Transaction) async throws -> R
    ) async throws -> R {
        defer { cache.drop(name) }
        let (result, due) = try await storage.transaction { transaction in
            let old = try await transaction.key(name)
            var key = old
            let result = try await body(&key, &transaction)
            transaction.replace(old, with: key, name)
            return (result, key?.rotationDue)
        }
        if let due { wake(due) }
        return result
    }

    /// What an entry of the index says.
    static func due(_ entry: StorageKey) -> (time: Timestamp, name: String)? {
        let parts = String(decoding: entry.bytes, as: UTF8.self).split(separator: "/")
        guard parts.count == 3, let time = Int64(parts[1]) else { return nil }
        return (Timestamp(nanoseconds: time), String(parts[2]))
    }
}

extension Transaction {
    mutating func key(_ name: String) async throws -> Key? {
        try await get(KeyStore.folder + name).map { try Key(encoded: $0) }
    }

    /// Versions that exist.
    mutating func versions(_ numbers: ClosedRange<Int64>, of key: Key) async throws -> [Int64: KeyVersion] {
        var stored: [(number: Int64, bytes: [UInt8])] = []
        for number in numbers {
            // The key and its versions were read one after the other: trimmed meanwhile, it is all read again.
            guard let bytes = try await get(Self.place(number, of: key)) else { throw StorageError.conflict }
            stored.append((number, bytes))
        }
        let decode = { @Sendable [stored] in
            try stored.map {
                ($0.number, try VersionRecord.decode(try JSON.parse($0.bytes, limits: .trusted), of: key))
            }
        }
        do {
            let decoded = key.type.isSlow ? try await slowWork.run(decode) : try decode()
            return Dictionary(uniqueKeysWithValues: decoded)
        } catch {
            throw TransitErrors.damaged
        }
    }

    mutating func put(_ version: KeyVersion, _ number: Int64, of key: Key) throws {
        put(Self.place(number, of: key), try VersionRecord.encode(version, of: key).serialized())
    }

    /// Adds a version, which becomes the latest.
    mutating func append(_ version: KeyVersion, to key: inout Key) throws {
        key.latest += 1
        key.latestCreated = version.created.nanoseconds
        try put(version, key.latest, of: key)
    }

    mutating func deleteVersions(_ numbers: Range<Int64>, of key: Key) {
        for number in numbers { delete(Self.place(number, of: key)) }
    }

    fileprivate mutating func replace(_ old: Key?, with new: Key?, _ name: String) {
        if let due = old?.rotationDue, due != new?.rotationDue { delete(Self.due(due, name)) }
        if let due = new?.rotationDue { put(Self.due(due, name), []) }
        if let new { put(KeyStore.folder + name, new.encoded) } else if old != nil { delete(KeyStore.folder + name) }
    }

    private static func place(_ number: Int64, of key: Key) -> StorageKey {
        StorageKey("versions/\(key.name)/\(number)")
    }

    /// Numbers of one length sort by their value.
    private static func due(_ time: Timestamp, _ name: String) -> StorageKey {
        let digits = String(max(time.nanoseconds, 0))
        return KeyStore.dueFolder + (String(repeating: "0", count: 19 - digits.count) + digits + "/" + name)
    }
}
