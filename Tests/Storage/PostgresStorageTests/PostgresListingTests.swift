import CofferStorage
import PostgresStorage
import Synchronization
import Testing

/// Contract test FE11, at its full size.
@Suite(.serialized) struct PostgresListingTests {
    private static let segments = [
        "a", "b", "a_b", "aXb", "a%", "a\\b", "%", "_", "*", "?", "..", " ", "'", "\"", ";--", "~", "\u{1}", "\u{7f}",
        "\u{c5}", "A\u{30a}", "\u{1f511}", "0", "00", "a-b", "a.b",
    ]

    @Test("100,000 hostile names list like a reference, folder by folder")
    func hundredThousand() async throws {
        let storage = try PostgresStorage(RealDatabase.options())
        let keys = Self.keys(100_000)
        let left = Mutex(keys[...])
        try await storage.replaceAll { left.withLock { $0.popFirst() }.map { ($0, [1]) } }
        #expect(try await storage.scan("", after: nil, limit: .max) == keys)
        for folder in ["", "a/", "a_b/", "aXb/", "a%/", "a\\b/", "%/", "_/", "\u{c5}/", "A\u{30a}/", "a/a_b/", "none/"]
        {
            let names = try await storage.children(of: StorageKey(folder), after: nil, limit: nil)
            #expect(names.map { Array($0.utf8) } == Self.names(in: folder, keys), "\(folder)")
        }
        await storage.close()
    }

    /// Sorted, each once.
    private static func keys(_ count: Int) -> [StorageKey] {
        var seed: UInt64 = 11
        func number(_ limit: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((seed >> 33) % UInt64(limit))
        }
        var keys: Set<StorageKey> = []
        while keys.count < count {
            let path = (0...number(3)).map { _ in segments[number(segments.count)] }
            keys.insert(StorageKey((path + ["\(number(count))"]).joined(separator: "/")))
        }
        return keys.sorted()
    }

    private static func names(in folder: String, _ keys: [StorageKey]) -> [[UInt8]] {
        let prefix = Array(folder.utf8)
        var names: Set<[UInt8]> = []
        for key in keys where key.bytes.starts(with: prefix) {
            let rest = Array(key.bytes.dropFirst(prefix.count))
            names.insert(rest.firstIndex(of: UInt8(ascii: "/")).map { Array(rest[...$0]) } ?? rest)
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }
}
