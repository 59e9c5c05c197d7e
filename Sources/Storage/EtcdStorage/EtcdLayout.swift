internal import CofferBase
internal import CofferStorage
internal import EtcdClient

/// Names of our keys in etcd.
///
/// Below the root stand `lock` (who leads), `meta` (touched by every commit), `generation` (which entries count),
/// `d/GENERATION/KEY` (entries) and `c/GENERATION/ID/PIECE/KEY` (pieces of values that are too large for one request).
struct EtcdLayout: Sendable {
    let root: [UInt8]
    let lock: [UInt8]
    let meta: [UInt8]
    let generation: [UInt8]
    /// All entries, of every generation.
    let allEntries: [UInt8]
    let allPieces: [UInt8]

    init(path: String) {
        var path = path.hasPrefix("/") ? path : "/" + path
        if !path.hasSuffix("/") { path += "/" }
        root = Array(path.utf8)
        lock = root + Array("lock".utf8)
        meta = root + Array("meta".utf8)
        generation = root + Array("generation".utf8)
        allEntries = root + Array("d/".utf8)
        allPieces = root + Array("c/".utf8)
    }

    /// The entries of one generation.
    func entries(_ generation: EtcdGeneration) -> [UInt8] { allEntries + generation.name + [Self.slash] }

    func entry(_ key: StorageKey, _ generation: EtcdGeneration) -> [UInt8] { entries(generation) + key.bytes }

    func pieces(_ generation: EtcdGeneration) -> [UInt8] { allPieces + generation.name + [Self.slash] }

    /// The pieces of one value, in order.
    func pieces(_ id: [UInt8], _ generation: EtcdGeneration) -> [UInt8] {
        pieces(generation) + Array(Hex.encode(id).utf8) + [Self.slash]
    }

    /// - Parameter key: whose value it is a part of; so that a piece that nothing refers to is found.
    func piece(_ number: Int, of id: [UInt8], _ key: StorageKey, _ generation: EtcdGeneration) -> [UInt8] {
        pieces(id, generation) + Array(Hex.encode(Self.bytes(UInt32(clamping: number))).utf8) + [Self.slash] + key.bytes
    }

    /// Takes the name of a piece apart again; nil for a key that is none.
    func parts(ofPiece key: [UInt8], _ generation: EtcdGeneration) -> (id: [UInt8], key: StorageKey)? {
        let prefix = pieces(generation)
        guard key.starts(with: prefix) else { return nil }
        let parts = key.dropFirst(prefix.count).split(
            separator: Self.slash, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let id = Hex.decode(String(decoding: parts[0], as: UTF8.self)) else { return nil }
        return (id, StorageKey(bytes: Array(parts[2])))
    }

    /// Of what tells one commit from every other, in the key `meta`.
    static let markSize = 24

    static let slash = UInt8(ascii: "/")

    static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}

/// A set of entries; another one takes its place when everything is replaced at once.
struct EtcdGeneration: Sendable, Equatable {
    /// Of the key that names it: readers compare it, so that nobody reads from a set that was replaced.
    let revision: UInt64
    /// Hexadecimal digits.
    let name: [UInt8]

    /// - Parameter value: what the key holds: the format, a space, the name.
    init?(_ entry: EtcdEntry?) {
        guard let entry, entry.value.starts(with: Self.format), entry.value.count > Self.format.count else {
            return nil
        }
        revision = entry.modRevision
        name = Array(entry.value.dropFirst(Self.format.count))
    }

    /// One that is being filled, and that nothing names yet.
    init(unpublished name: [UInt8]) {
        revision = 0
        self.name = name
    }

    static func value(_ name: [UInt8]) -> [UInt8] { format + name }

    private static let format = Array("coffer1 ".utf8)
}
