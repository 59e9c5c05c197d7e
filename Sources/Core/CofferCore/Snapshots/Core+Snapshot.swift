internal import CofferBarrier
internal import CofferBase
package import CofferFramework
internal import CofferStorage
internal import Logging
internal import SnapshotArchive

extension Core {
    /// Everything stored, as it is now, as an archive that is made while it is sent.
    ///
    /// The entries are copied to a spool file first: however slowly the client takes them, the storage is
    /// read in one go, and nothing of it is held up.
    package func takeSnapshot() async throws -> ByteStream {
        guard let services else { throw EngineError.unavailable("Vault is sealed") }
        let permit = try spools.take()
        do {
            let spool = try StateSpool(in: configuration.spoolFolder)
            let moment = try await storage.walk { key, value in try spool.append(key: key.bytes, value: value) }
            let writer = try await fileWork.run { [self] in
                try ArchiveWriter(spool, seconds: clock.now.seconds) { entries, size in
                    SnapshotMetadata(
                        version: moment.version, epoch: moment.epoch.value, entries: entries, size: size,
                        created: clock.now.rfc3339, clusterID: services.cluster.id, storageType: storage.type,
                        release: configuration.ownVersion)
                } seal: {
                    try barrier.sealSums($0)
                }
            }
            log.info("snapshot taken", metadata: ["id": .string(writer.metadata.id)])
            let pool = fileWork
            return ByteStream {
                try await pool.run {
                    try withExtendedLifetime(permit) { try writer.next() }
                }
            }
        } catch let error as ArchiveError {
            throw EngineError.internal("the snapshot cannot be made: \(error)")
        }
    }
}
