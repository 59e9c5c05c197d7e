internal import CofferBase
internal import CofferCrypto
internal import Synchronization

/// An archive that was read through once: its sums are right, its entries are in order, nothing else is in it.
package struct ReceivedArchive: Sendable {
    package let metadata: SnapshotMetadata
    /// The text of `SHA256SUMS`, and what `SHA256SUMS.sealed` holds.
    package let sums: [UInt8]
    package let sealedSums: [UInt8]
    /// Entries that were asked for, as stored.
    package let entries: [[UInt8]: [UInt8]]
    private let file: SpoolFile
    private let stateHash: [UInt8]
    private let largestValue: Int

    private static let smallFile = 1 << 20

    /// What may come out of a file: entries are ciphertext and hardly shrink, so that more is an attack.
    private static func limit(_ file: SpoolFile) -> Int { max(256 << 20, file.count.multipliedClamped(by: 20)) }

    /// Reads everything, in bounded memory. May block for long.
    /// - Parameters:
    ///   - largestValue: in bytes, of one entry.
    ///   - keys: entries to keep in memory.
    package init(_ file: SpoolFile, largestValue: Int, keeping keys: Set<[UInt8]> = []) throws {
        self.file = file
        self.largestValue = largestValue
        var archive = try ArchiveReader(file, limit: Self.limit(file))
        let described = try archive.content(of: ArchiveSums.metadataName, limit: Self.smallFile)
        metadata = try SnapshotMetadata(encoded: described)
        let size = try archive.expect(ArchiveSums.stateName)
        guard size == metadata.size else { throw ArchiveError("the size of the state is not the one described") }
        var state = try StateReader(&archive, size: size, largestValue: largestValue)
        var kept: [[UInt8]: [UInt8]] = [:]
        var count = 0
        while let entry = try state.next(&archive) {
            count += 1
            if keys.contains(entry.key) { kept[entry.key] = entry.value }
        }
        try archive.skipPadding(after: size)
        guard count == metadata.entries else { throw ArchiveError("the number of entries in the snapshot is wrong") }
        entries = kept
        sums = try archive.content(of: ArchiveSums.sumsName, limit: Self.smallFile)
        sealedSums = try archive.content(of: ArchiveSums.sealedName, limit: Self.smallFile)
        try archive.expectEnd()
        stateHash = state.hash.digest()
        guard sums == ArchiveSums(metadata: SHA256.hash(described), state: stateHash).text else {
            throw ArchiveError("the checksums of the archive do not match its content")
        }
    }

    /// The entries once more, for putting them into a storage.
    package func source() throws -> ArchiveEntries {
        try ArchiveEntries(file, limit: Self.limit(file), stateHash: stateHash, largestValue: largestValue)
    }
}

/// A second reading of a received archive, entry by entry.
package final class ArchiveEntries: Sendable {
    private struct State: ~Copyable {
        var archive: ArchiveReader
        var reader: StateReader
    }

    private let state: Mutex<State>
    private let stateHash: [UInt8]

    fileprivate init(_ file: SpoolFile, limit: Int, stateHash: [UInt8], largestValue: Int) throws {
        var archive = try ArchiveReader(file, limit: limit)
        _ = try archive.content(of: ArchiveSums.metadataName, limit: 1 << 20)
        let size = try archive.expect(ArchiveSums.stateName)
        let reader = try StateReader(&archive, size: size, largestValue: largestValue)
        state = Mutex(State(archive: archive, reader: reader))
        self.stateHash = stateHash
    }

    /// Nil after the last. May block.
    /// - Throws: also when the file is no longer what was checked.
    package func next() throws -> (key: [UInt8], value: [UInt8])? {
        try state.withLock { state in
            if let entry = try state.reader.next(&state.archive) { return entry }
            guard state.reader.hash.digest() == stateHash else { throw ArchiveError("the spool file has changed") }
            return nil
        }
    }
}

extension Int {
    fileprivate func multipliedClamped(by factor: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
