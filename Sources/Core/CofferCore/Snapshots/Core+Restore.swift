internal import CofferBarrier
internal import CofferBase
package import CofferFramework
internal import CofferStorage
internal import Logging
internal import SnapshotArchive

/// A snapshot that was received and read through: it can be restored.
package struct CheckedSnapshot: Sendable {
    let archive: ReceivedArchive
    fileprivate let permit: SpoolLimit.Permit
}

extension Core {
    private static let wrongKeys = EngineError.badRequest(
        "could not verify hash file, possibly the snapshot is using a different set of unseal keys; use the "
            + "snapshot-force API to bypass this check")

    /// What a server cannot be without.
    private static let neededEntries: Set<[UInt8]> = [
        Barrier.keyringPath, SealConfiguration.path.bytes, StoredRootKey.path.bytes,
    ]

    /// Takes an archive piece by piece, then reads all of it; nothing is changed.
    /// - Parameter ignoresKeys: also for archives of other unseal keys.
    package func receiveSnapshot(_ body: ByteStream, ignoresKeys: Bool) async throws -> CheckedSnapshot {
        let permit = try spools.take()
        let file = try await receive(body)
        do {
            let largest = configuration.maximumEntrySize
            let archive = try await fileWork.run {
                try ReceivedArchive(file, largestValue: largest, keeping: Self.neededEntries)
            }
            try check(archive, ignoresKeys: ignoresKeys)
            return CheckedSnapshot(archive: archive, permit: permit)
        } catch let error as ArchiveError {
            throw EngineError.badRequest("the snapshot cannot be restored: \(error)")
        }
    }

    private func receive(_ body: ByteStream) async throws -> SpoolFile {
        do {
            let file = try SpoolFile(in: configuration.spoolFolder)
            let limit = configuration.maximumSnapshotSize
            while let piece = try await body.next() {
                guard file.count + piece.count <= limit else { throw Self.tooLarge(limit) }
                try await fileWork.run { try file.append(piece) }
            }
            return file
        } catch let error as ArchiveError {
            // Not the archive's fault: the disk is full, or its folder is gone.
            throw EngineError.internal("the snapshot cannot be received: \(error)")
        } catch is IncomingRequest.BodyFailure {
            throw EngineError.badRequest("the snapshot did not arrive whole")
        }
    }

    private static func tooLarge(_ limit: Int) -> EngineError {
        EngineError(.tooLarge, ["the snapshot is larger than max_snapshot_size, which is \(limit) bytes"])
    }

    private func check(_ archive: ReceivedArchive, ignoresKeys: Bool) throws(EngineError) {
        for key in Self.neededEntries where archive.entries[key] == nil {
            throw .badRequest("the snapshot cannot be restored: it is not that of an initialized server")
        }
        guard let seal = archive.entries[SealConfiguration.path.bytes], SealConfiguration(encoded: seal) != nil else {
            throw .badRequest("the snapshot cannot be restored: its seal configuration cannot be read")
        }
        if ignoresKeys { return }
        guard barrier.opensSums(archive.sealedSums, archive.sums),
            let keyring = archive.entries[Barrier.keyringPath], barrier.opensKeyring(keyring)
        else { throw Self.wrongKeys }
    }

    /// Puts the snapshot in the place of everything stored, in one commit. The server seals itself for that,
    /// and opens again if its key is that of the snapshot.
    package func restore(_ snapshot: CheckedSnapshot) async throws {
        guard let rootKey = barrier.rootKey else { throw EngineError.unavailable("Vault is sealed") }
        let keyring = snapshot.archive.entries[Barrier.keyringPath]
        let keepsKey = keyring.map { barrier.opensKeyring($0) } ?? false
        await sealNow()
        do {
            let source = try await fileWork.run { try snapshot.archive.source() }
            try await storage.replaceAll { try source.next().map { (StorageKey(bytes: $0.key), $0.value) } }
        } catch {
            log.error("a snapshot could not be restored; everything is as it was")
            try? await open(rootKey)
            guard let error = error as? ArchiveError else { throw error }
            throw EngineError.internal("the snapshot cannot be restored: \(error)")
        }
        log.warning("snapshot restored", metadata: ["id": .string(snapshot.archive.metadata.id)])
        if keepsKey { return try await open(rootKey) }
        // A seal of its own may open what shares of this server do not.
        await openBySealIfPossible()
    }
}
