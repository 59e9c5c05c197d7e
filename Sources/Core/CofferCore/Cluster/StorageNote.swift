internal import CofferBarrier
internal import CofferBase
internal import CofferCrypto
internal import CofferJSON
internal import CofferStorage
internal import Glibc
internal import Logging

/// A small file in which a node keeps what it has seen of the storage, so that after a restart too an older copy in
/// the storage's place is noticed (contract rule E8). It carries a proof that only nodes of the cluster can make.
package struct StorageNote: Sendable {
    /// Why the file says nothing that can be believed.
    struct Unreadable: Error {
        let text: String
    }

    let path: String

    package init(path: String) { self.path = path }

    /// Nil when there is no file. Blocks.
    func read(_ key: SecretBytes?) throws(Unreadable) -> StorageMark? {
        guard let bytes = contents() else { return nil }
        let advice =
            "; to accept the storage as it is, stop the servers, remove their files of version_file and start them"
        guard let object = try? JSON.parseObject(bytes, limits: .trusted), let mark = StorageMark(object),
            let proof = object["proof"]?.stringValue.flatMap({ Hex.decode($0) })
        else { throw Unreadable(text: "\(path) is damaged" + advice) }
        guard let key, constantTimeEqual(proof, Self.proof(mark, key)) else {
            throw Unreadable(text: "storage_epoch_regression: \(path) was not written by this cluster" + advice)
        }
        return mark
    }

    /// Write, sync, rename, sync of the folder (rule L4). Blocks.
    func write(_ mark: StorageMark, _ key: SecretBytes) -> Bool {
        var object = mark.object
        object["proof"] = .string(Hex.encode(Self.proof(mark, key)))
        let bytes = JSON.object(object).serialized() + [0x0a]
        let fresh = path + ".new"
        let descriptor = Glibc.open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        let isWritten =
            bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == bytes.count
            && fsync(descriptor) == 0
        Glibc.close(descriptor)
        guard isWritten, rename(fresh, path) == 0 else {
            unlink(fresh)
            return false
        }
        let slash = path.lastIndex(of: "/")
        let folder = Glibc.open(slash.map { String(path[...$0]) } ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            Glibc.close(folder)
        }
        return true
    }

    private func contents() -> [UInt8]? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        // One that is there and cannot be opened must not count as none.
        guard descriptor >= 0 else { return errno == ENOENT ? nil : [] }
        defer { Glibc.close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return Array(buffer.prefix(max(count, 0)))
    }

    private static func proof(_ mark: StorageMark, _ key: SecretBytes) -> [UInt8] {
        var bytes = key.copyBytes()
        defer { zero(&bytes) }
        let said = "note:\(mark.version):\(mark.epoch):\(mark.identity)"
        return HMACSHA256(key: bytes).authenticate(Array(said.utf8))
    }
}

extension StorageMark {
    fileprivate var object: JSONObject {
        ["version": .string("\(version)"), "epoch": .string("\(epoch)"), "identity": .string(identity)]
    }

    fileprivate init?(_ object: JSONObject) {
        guard let version = object["version"]?.stringValue.flatMap({ UInt64($0) }),
            let epoch = object["epoch"]?.stringValue.flatMap({ UInt64($0) })
        else { return nil }
        self.init(version: version, epoch: epoch, identity: object["identity"]?.stringValue ?? "")
    }
}

extension Core {
    /// What this node saw before it was started.
    func read(_ note: StorageNote, _ standby: Standby) async throws -> StorageMark? {
        await refreshKeys(standby)
        let stored = try await barrier.read(Self.clusterKeyPath, with: standby.rootKey)
        let key = stored.map { SecretBytes(copying: $0) }
        if let key { clusterKey.replace(with: key) }
        let mark = try await fileWork.run { try note.read(key) }
        lastNoted.replace(with: mark)
        return mark
    }

    /// Unless it says so already.
    func write(_ note: StorageNote, _ mark: StorageMark, _ standby: Standby) async {
        if lastNoted.value == mark { return }
        if clusterKey.value == nil, let stored = try? await barrier.read(Self.clusterKeyPath, with: standby.rootKey) {
            clusterKey.replace(with: SecretBytes(copying: stored))
        }
        guard let key = clusterKey.value else { return }
        let isWritten = (try? await fileWork.run { note.write(mark, key) }) ?? false
        if isWritten {
            lastNoted.replace(with: mark)
        } else {
            log.error("the version of the storage could not be noted", metadata: ["path": "\(note.path)"])
        }
    }
}
