import CofferStorage
import Testing

extension StorageCheck {
    static let listings = [
        StorageCheck("a folder lists leaves, and each sub-folder once") { fixture in
            let led = try await fixture.lead()
            for key: StorageKey in ["x", "f/", "f/a", "f/a/1", "f/a/2", "f/b", "f/c/d/e", "g/a"] {
                try await led.put(key)
            }
            #expect(try await led.storage.children(of: "f/", after: nil, limit: nil) == ["a", "a/", "b", "c/"])
            #expect(try await led.storage.children(of: "", after: nil, limit: nil) == ["f/", "g/", "x"])
            #expect(try await led.storage.children(of: "f/c/d/", after: nil, limit: nil) == ["e"])
            #expect(try await led.storage.children(of: "none/", after: nil, limit: nil) == [])
            await led.storage.close()
        },
        StorageCheck("pattern characters in folder names mean nothing") { fixture in
            let led = try await fixture.lead()
            let folders = ["a_b/", "aXb/", "a%/", "a\\b/", "a*/", "A_B/", "a'b/", "a\"b/"]
            for folder in folders { try await led.put(StorageKey(folder + folder)) }
            for folder in folders {
                #expect(try await led.storage.children(of: StorageKey(folder), after: nil, limit: nil) == [folder])
                #expect(
                    try await led.storage.scan(StorageKey(folder), after: nil, limit: 9) == [
                        StorageKey(folder + folder)
                    ])
            }
            await led.storage.close()
        },
        StorageCheck("a limit of nothing lists nothing") { fixture in
            let led = try await fixture.lead()
            try await led.put("f/a")
            for limit in [0, -1] {
                #expect(try await led.storage.children(of: "f/", after: nil, limit: limit) == [])
                #expect(try await led.storage.scan("f/", after: nil, limit: limit) == [])
            }
            await led.storage.close()
        },
        StorageCheck("a prefix is occupied when some key starts with it, one that equals it included") { fixture in
            let led = try await fixture.lead()
            for key in ["f/a", "f/b/c", "g", "i\0", "\u{10ffff}"] { try await led.put(StorageKey(key)) }
            try await led.put(StorageKey(bytes: [0xff, 0xff, 1]))
            let asked: [StorageKey] = [
                "f/", "f/b/", "f/c/", "g", "g/", "h/", "i", StorageKey(bytes: [0xff]),
                StorageKey(bytes: [0xff, 0xff, 2]),
            ]
            let wanted: Set<StorageKey> = ["f/", "f/b/", "g", "i", StorageKey(bytes: [0xff])]
            #expect(try await led.storage.occupied(asked) == wanted)
            #expect(try await led.storage.occupied([""]) == [""])
            #expect(try await led.storage.occupied([]) == [])
            await led.storage.close()
        },
        StorageCheck("listings equal a reference map for hostile names, at any page") { fixture in
            for seed in 1...3 as ClosedRange<UInt64> { try await compareListings(fixture, seed: seed) }
        },
        StorageCheck("pages one after the other give a whole listing and end") { fixture in
            let led = try await fixture.lead()
            var changes: [StorageKey: WriteBatch.Change] = [:]
            for number in 0..<3000 {
                changes[StorageKey(number % 3 == 0 ? "f/\(number)/leaf" : "f/\(number)")] = .put([])
            }
            try await led.commit(changes)
            let whole = try await led.storage.children(of: "f/", after: nil, limit: nil)
            #expect(whole.count == 3000)
            var paged: [String] = []
            while paged.count <= whole.count {
                let page = try await led.storage.children(of: "f/", after: paged.last, limit: 100)
                if page.isEmpty { break }
                paged += page
            }
            #expect(paged == whole)
            await led.storage.close()
        },
    ]

    private static let segments = [
        "a", "b", "a_b", "aXb", "a%", "a\\b", "%", "_", "*", "?", "[a-z]", ".", "..", " ", "'", "\"", ";--", "~",
        "\u{1}", "\u{7f}", "\u{c5}", "A\u{30a}", "\u{1f511}", "\u{10ffff}", "", "0", "00", "a-b", "a.b", "a0",
    ]

    private static func randomPath(_ random: inout SeededGenerator, depth: ClosedRange<Int>) -> String {
        (0..<Int.random(in: depth, using: &random))
            .map { _ in segments.randomElement(using: &random) ?? "" }
            .joined(separator: "/")
    }

    /// Writes and deletes random paths, then asks for random pages and compares each with the reference.
    private static func compareListings(_ fixture: StorageFixture, seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var reference = ReferenceEntries()
        let led = try await fixture.lead()
        for key in try await led.storage.scan("", after: nil, limit: .max) { reference.insert(key.bytes) }
        for _ in 0..<20 {
            var changes: [StorageKey: WriteBatch.Change] = [:]
            for _ in 0..<40 {
                changes[StorageKey(randomPath(&random, depth: 1...4))] =
                    Int.random(in: 0..<4, using: &random) == 0 ? .delete : .put([1])
            }
            try await led.commit(changes)
            for (key, change) in changes {
                if change == .delete { reference.remove(key.bytes) } else { reference.insert(key.bytes) }
            }
        }
        for _ in 0..<300 { try await comparePage(led.storage, reference, &random, seed: seed) }
        await led.storage.close()
    }

    private static func comparePage(
        _ storage: any Storage, _ reference: ReferenceEntries, _ random: inout SeededGenerator, seed: UInt64
    ) async throws {
        let folder = randomPath(&random, depth: 0...2)
        let prefix = StorageKey(folder.isEmpty ? "" : folder + "/")
        let slash = Bool.random(using: &random) ? "/" : ""
        let after = Bool.random(using: &random) ? randomPath(&random, depth: 1...2) + slash : nil
        let limit = Bool.random(using: &random) ? Int.random(in: 1...6, using: &random) : nil
        let names = try await storage.children(of: prefix, after: after, limit: limit)
        // The first difference ends the check: later ones would say the same.
        try #require(
            names.map { Array($0.utf8) } == reference.children(of: prefix.bytes, after: after, limit: limit),
            "seed \(seed), children of \(prefix) after \(after ?? "nothing"), limit \(limit ?? -1)")
        let start = after.map { prefix + $0 }
        let keys = try await storage.scan(prefix, after: start, limit: limit ?? .max)
        try #require(
            keys.map(\.bytes) == reference.scan(prefix.bytes, after: start?.bytes, limit: limit ?? .max),
            "seed \(seed), scan of \(prefix) after \(start?.description ?? "nothing"), limit \(limit ?? -1)")
    }
}
