internal import CofferFramework
internal import CofferStorage
internal import Synchronization

/// Takes over the data of version 1 when a mount was tuned to version 2.
///
/// What is left to do is exactly what still lies in the folder of version 1, so
/// the work goes on where it stopped after a crash, without any mark of its own.
/// The first request does the work in batches before it is answered (about ten
/// thousand secrets a second in memory, one durable commit for each batch);
/// requests that come meanwhile are told to try again, as in Vault.
final class Upgrade: Sendable {
    private enum State { case unknown, running, done }

    private let state = Mutex(State.unknown)
    /// A batch ends at this many secrets or bytes, so that no commit grows beyond what memory bears.
    private static let batchSecrets = 200
    private static let batchBytes = 4 << 20

    /// The handler, run only when there is nothing left to take over.
    func before(_ handler: @escaping @Sendable (Call) async throws -> Reply) -> @Sendable (Call) async throws -> Reply {
        { call in
            try await self.finish(call)
            return try await handler(call)
        }
    }

    /// The same for a handler with input.
    func before<Input>(
        _ handler: @escaping @Sendable (Call, Input) async throws -> Reply
    ) -> @Sendable (Call, Input) async throws -> Reply {
        { call, input in
            try await self.finish(call)
            return try await handler(call, input)
        }
    }

    /// Whether the secret exists. Runs before the caller is known, so it only looks.
    var existence: @Sendable (Call) async throws -> Bool {
        { call in
            let path = call.capture("path")
            if try await call.storage.contains(SecretKeys.metadata(path)) { return true }
            return self.isDone ? false : try await call.storage.contains(SecretKeys.plain(path))
        }
    }

    private var isDone: Bool { state.withLock { $0 == .done } }

    private func finish(_ call: Call) async throws {
        if isDone { return }
        if try await !call.storage.scan(SecretKeys.plainFolder, limit: 1).isEmpty {
            let isMine = state.withLock { state in
                defer { if state == .unknown { state = .running } }
                return state == .unknown
            }
            guard isMine else { throw KVErrors.upgrading }
            do {
                try await convert(call)
            } catch {
                state.withLock { $0 = .unknown }
                throw error
            }
        }
        state.withLock { $0 = .done }
    }

    private func convert(_ call: Call) async throws {
        var last: StorageKey?
        while true {
            let keys = try await call.storage.scan(SecretKeys.plainFolder, after: last, limit: Self.batchSecrets)
            if keys.isEmpty { return }
            last = try await move(keys, call)
        }
    }

    /// Moves the first of `keys`, as many as fit, in one commit; returns the last one that was looked at.
    private func move(_ keys: [StorageKey], _ call: Call) async throws -> StorageKey? {
        try await call.storage.transaction { transaction in
            let mount = try await MountSettings.load(from: call.storage)
            var bytes = 0
            var last: StorageKey?
            for key in keys where bytes < Self.batchBytes {
                last = key
                bytes += try await move(key, under: mount, call, &transaction)
            }
            return last
        }
    }

    /// Returns how many bytes were moved.
    private func move(
        _ key: StorageKey, under mount: MountSettings, _ call: Call, _ transaction: inout Transaction
    ) async throws -> Int {
        guard let data = try await readable(key, &transaction) else { return 0 }
        let name = key.bytes.dropFirst(SecretKeys.plainFolder.bytes.count)
        let path = String(decoding: name, as: UTF8.self)
        // A mount that had gone back to version 1 for a while has metadata already: the secret is its next version.
        var metadata = try await SecretMetadata.load(path, &transaction) ?? SecretMetadata(created: call.now)
        let version = metadata.add(data, at: call.now, under: mount, path, &transaction)
        // Nobody asked for an end of what was stored without one.
        metadata[version.number]?.deletion = nil
        metadata.store(path, &transaction)
        transaction.delete(key)
        return data.count
    }

    /// Nil also for an entry that cannot be authenticated: it stays where it is, and must not keep
    /// all the others from their readers.
    private func readable(
        _ key: StorageKey, _ transaction: inout Transaction
    ) async throws(StorageError) -> [UInt8]? {
        do throws(StorageError) {
            return try await transaction.get(key)
        } catch {
            guard case .integrity = error else { throw error }
            return nil
        }
    }
}
