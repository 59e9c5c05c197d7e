internal import CofferCrypto
internal import Synchronization

/// Takes the entries of one moment, in the order of their keys. What is written may block.
package final class StateSpool: Sendable {
    private struct State {
        var hash = SHA256Stream()
        var pending: [UInt8] = []
        var entries = 0
    }

    private static let pieceSize = 256 << 10

    let file: SpoolFile
    private let state = Mutex(State())

    package init(in folder: String) throws(ArchiveError) {
        file = try SpoolFile(in: folder)
        try add(StateForm.mark, isEntry: false)
    }

    package func append(key: [UInt8], value: [UInt8]) throws(ArchiveError) {
        guard (1...StateForm.longestKey).contains(key.count), value.count <= Int(UInt32.max) else {
            throw ArchiveError("an entry is too large for a snapshot")
        }
        try add(StateForm.entry(key, value), isEntry: true)
    }

    /// Number of entries, and the hash of the file that they make.
    func finish() throws(ArchiveError) -> (entries: Int, hash: [UInt8]) {
        try add(StateForm.end(count: state.withLock { $0.entries }), isEntry: false)
        let (rest, entries, hash) = state.withLock { state in
            defer { state.pending = [] }
            return (state.pending, state.entries, state.hash.digest())
        }
        try file.append(rest)
        return (entries, hash)
    }

    private func add(_ bytes: [UInt8], isEntry: Bool) throws(ArchiveError) {
        let full: [UInt8] = state.withLock { state in
            state.hash.update(bytes)
            state.pending += bytes
            if isEntry { state.entries += 1 }
            guard state.pending.count >= Self.pieceSize else { return [] }
            defer { state.pending = [] }
            return state.pending
        }
        if !full.isEmpty { try file.append(full) }
    }
}
