import CofferBase
import SnapshotArchive
import Testing

@Suite struct ArchiveTests {
    private static func metadata(_ entries: Int, _ size: Int) -> SnapshotMetadata {
        SnapshotMetadata(
            version: 7, epoch: 3, entries: entries, size: size, created: "2026-01-02T03:04:05Z", clusterID: "c",
            storageType: "inmem", release: "0.1.0")
    }

    private func archive(_ entries: [(String, [UInt8])]) throws -> [UInt8] {
        let spool = try StateSpool(in: "/tmp")
        for (key, value) in entries { try spool.append(key: Array(key.utf8), value: value) }
        let writer = try ArchiveWriter(spool, seconds: 1_767_323_045, metadata: Self.metadata) { Array($0.reversed()) }
        var bytes: [UInt8] = []
        while let piece = try writer.next() { bytes += piece }
        return bytes
    }

    private func received(_ bytes: [UInt8], keeping keys: Set<[UInt8]> = []) throws -> ReceivedArchive {
        let file = try SpoolFile(in: "/tmp")
        try file.append(bytes)
        return try ReceivedArchive(file, largestValue: 1 << 20, keeping: keys)
    }

    private static let sample: [(String, [UInt8])] = [
        ("a", []), ("b/x", [1, 2, 3]), ("b/y", [UInt8](repeating: 9, count: 300_000)), ("c", [0]),
    ]

    @Test("an archive gives back what was put into it, and in the same order")
    func roundTrip() throws {
        let read = try received(try archive(Self.sample), keeping: [Array("b/x".utf8)])
        #expect(read.metadata == Self.metadata(4, read.metadata.size))
        #expect(read.entries == [Array("b/x".utf8): [1, 2, 3]])
        #expect(read.sealedSums == read.sums.reversed())
        let source = try read.source()
        for (key, value) in Self.sample {
            let entry = try #require(try source.next())
            #expect(entry.key == Array(key.utf8) && entry.value == value)
        }
        #expect(try source.next() == nil)
    }

    @Test("an archive without entries is one, too")
    func empty() throws {
        #expect(try received(try archive([])).metadata.entries == 0)
    }

    @Test("an archive cut off anywhere is refused")
    func truncated() throws {
        let whole = try archive(Array(Self.sample.prefix(2)))
        for length in 0..<whole.count {
            #expect(throws: ArchiveError.self) { try received(Array(whole[..<length])) }
        }
    }

    @Test("a changed byte anywhere is noticed, or changes nothing that counts")
    func flipped() throws {
        let whole = try archive(Array(Self.sample.prefix(2)))
        let original = try received(whole)
        for index in whole.indices {
            var changed = whole
            changed[index] ^= 0x11
            // Time and system in the head of the gzip form mean nothing, and zeros can be copied from other zeros.
            guard let read = try? received(changed) else { continue }
            #expect(read.sums == original.sums && read.sealedSums == original.sealedSums)
        }
    }

    @Test("what follows an archive is refused")
    func trailing() throws {
        let whole = try archive([("a", [1])])
        #expect(throws: ArchiveError.self) { try received(whole + [0]) }
        #expect(throws: ArchiveError.self) { try received(whole + whole) }
    }

    @Test("entries larger than the storage takes are refused")
    func largeEntry() throws {
        let whole = try archive([("a", [UInt8](repeating: 1, count: 1 << 20 + 1))])
        #expect(throws: ArchiveError("an entry of the snapshot is larger than this storage allows")) {
            try received(whole)
        }
    }

    @Test(
        "what is no archive is refused",
        arguments: [[], [0x1f], Array("no gzip file".utf8), [UInt8](repeating: 0, count: 5000)])
    func noArchive(_ bytes: [UInt8]) {
        #expect(throws: ArchiveError.self) { try received(bytes) }
    }

    @Test("a folder that does not exist gives an error, not a crash")
    func noFolder() {
        #expect(throws: ArchiveError.self) { try SpoolFile(in: "/nowhere/at/all") }
    }
}
