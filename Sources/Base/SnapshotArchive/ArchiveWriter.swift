internal import CofferBase
internal import CofferCrypto
internal import Synchronization

/// The archive of a finished spool, made piece by piece while it is sent: a tar file in gzip form with
/// `meta.json`, `state.bin`, `SHA256SUMS` and, as Vault's tools expect, `SHA256SUMS.sealed` at the end.
package final class ArchiveWriter: Sendable {
    private enum Part {
        case bytes([UInt8])
        /// All of the spool file.
        case state
    }

    private struct Progress: ~Copyable {
        var parts: ArraySlice<Part>
        var offset = 0
        var gzip: GzipWriter
        var isFinished = false
    }

    private static let pieceSize = 128 << 10

    package let metadata: SnapshotMetadata
    private let file: SpoolFile
    private let progress: Mutex<Progress>

    /// - Parameters:
    ///   - metadata: makes it of number of entries and bytes.
    ///   - seal: encrypts the sums, so that a restore can tell whose they are.
    package init(
        _ spool: StateSpool, seconds: Int64, metadata make: (_ entries: Int, _ size: Int) -> SnapshotMetadata,
        seal: ([UInt8]) throws -> [UInt8]
    ) throws {
        let (entries, hash) = try spool.finish()
        file = spool.file
        metadata = make(entries, file.count)
        let described = metadata.encoded()
        let sums = ArchiveSums(metadata: SHA256.hash(described), state: hash).text
        var parts: [Part] = []
        func add(_ name: String, _ content: [UInt8]) {
            let padding = [UInt8](repeating: 0, count: Tar.padding(after: content.count))
            parts.append(.bytes(Tar.header(name, size: content.count, seconds: seconds) + content + padding))
        }
        add(ArchiveSums.metadataName, described)
        parts.append(.bytes(Tar.header(ArchiveSums.stateName, size: file.count, seconds: seconds)))
        parts.append(.state)
        parts.append(.bytes([UInt8](repeating: 0, count: Tar.padding(after: file.count))))
        add(ArchiveSums.sumsName, sums)
        add(ArchiveSums.sealedName, try seal(sums))
        parts.append(.bytes([UInt8](repeating: 0, count: 2 * Tar.block)))
        progress = Mutex(Progress(parts: parts[...], gzip: try GzipWriter()))
    }

    /// The next bytes of the archive; nil at the end. May block.
    package func next() throws -> [UInt8]? {
        try progress.withLock { progress in
            while !progress.isFinished {
                let piece = try piece(&progress)
                progress.isFinished = progress.parts.isEmpty
                let compressed = progress.gzip.compress(piece, isLast: progress.isFinished)
                if !compressed.isEmpty { return compressed }
            }
            return nil
        }
    }

    private func piece(_ progress: inout Progress) throws -> [UInt8] {
        switch progress.parts.first {
        case nil: return []
        case .bytes(let bytes):
            progress.parts.removeFirst()
            return bytes
        case .state:
            let bytes = try file.read(at: progress.offset, count: min(Self.pieceSize, file.count - progress.offset))
            if bytes.isEmpty && progress.offset < file.count { throw ArchiveError("the spool file was cut off") }
            progress.offset += bytes.count
            if progress.offset == file.count { progress.parts.removeFirst() }
            return bytes
        }
    }
}

/// `SHA256SUMS`, as `sha256sum` reads it.
struct ArchiveSums {
    static let metadataName = "meta.json"
    static let stateName = "state.bin"
    static let sumsName = "SHA256SUMS"
    static let sealedName = "SHA256SUMS.sealed"

    let metadata: [UInt8]
    let state: [UInt8]

    var text: [UInt8] {
        Array("\(Hex.encode(metadata))  \(Self.metadataName)\n\(Hex.encode(state))  \(Self.stateName)\n".utf8)
    }
}
