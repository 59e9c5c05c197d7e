import CofferBase
import CofferCrypto
import CofferStorage

@testable import CofferBarrier
@testable import SnapshotArchive

/// What comes back from a storage, a backup or a caller who kept it meanwhile.
extension FuzzTarget {
    private static let secret = SecretBytes(copying: [UInt8](repeating: 7, count: 32))
    private static let aead = AEADKey(secret)
    private static let place: StorageKey = "logical/x"
    private static let entry =
        aead.flatMap {
            try? BarrierEntry.seal(
                Array("value".utf8), at: place, term: 1, key: $0, nonce: [UInt8](repeating: 3, count: 12)[...])
        } ?? []

    /// Only the entry that was sealed opens, and only in its place. The term is looked up before, and is not sealed.
    static let barrier = FuzzTarget("barrier") { input in
        guard let aead, !entry.isEmpty else { fatalError("no key") }
        _ = BarrierEntry.term(of: input)
        for candidate in [changed(entry, by: input), input] {
            guard (try? BarrierEntry.open(candidate, at: place, key: aead, unbound: false)) != nil else { continue }
            precondition(candidate.dropFirst(4) == entry.dropFirst(4), "a changed entry opens")
        }
        let key = StorageKey(bytes: input)
        if key != place {
            precondition((try? BarrierEntry.open(entry, at: key, key: aead, unbound: false)) == nil, "moved")
        }
    }

    static let sealRecords = FuzzTarget("seal-records") { input in
        _ = Keyring(encoded: input, rootKey: secret)
        if let configuration = SealConfiguration(encoded: input) {
            precondition((1...255).contains(configuration.threshold), "a threshold that cannot be")
            precondition(SealConfiguration(encoded: configuration.encoded()) != nil, "own record is refused")
        }
        precondition((try? StoredRootKey.open(input, with: secret)) == nil, "a root key from nowhere")
    }

    /// Whatever an archive holds, reading it ends, and nothing is kept beyond its bounds. Bytes that are no gzip
    /// stream are read as what such a stream holds.
    static let snapshot = FuzzTarget("snapshot") { input in
        var bytes = input
        if !input.starts(with: [0x1f, 0x8b]) {
            guard var writer = try? GzipWriter() else { return }
            bytes = writer.compress(input, isLast: true)
        }
        guard let file = try? SpoolFile(in: "/dev/shm"), (try? file.append(bytes)) != nil,
            let archive = try? ReceivedArchive(file, largestValue: 1 << 16), let entries = try? archive.source()
        else { return }
        while (try? entries.next()) ?? nil != nil {}
    }
}
