package import CofferBase
package import CofferFramework
internal import CofferStorage
internal import CofferTools

/// Encryption as a service: keys stay here, data comes and goes.
package struct Transit: PeriodicEngine {
    package static let kind: EngineKind = {
        var kind = EngineKind(type: "transit", class: .secret, version: "v1.20.0+builtin.vault") { context in
            Transit(context)
        }
        kind.isPeriodic = true
        return kind
    }()

    package let paths: PathTable
    private let keys: KeyStore
    private let settings: MountSettings

    init(_ context: EngineContext) {
        let keys = KeyStore(wake: context.wake)
        let settings = MountSettings(cache: keys.cache)
        self.keys = keys
        self.settings = settings
        paths = PathTable(
            EncryptionPaths(keys: keys, settings: settings).paths + SigningPaths(keys: keys).paths
                + MACPaths(keys: keys).paths + KeyPaths(keys: keys).paths + CertificatePaths(keys: keys).paths
                + ImportPaths(keys: keys).paths + ExportPaths(keys: keys).paths + BackupPaths(keys: keys).paths
                + settings.paths + RandomTool().paths + HashTool(id: "hash").paths)
    }

    /// Rotates the keys that are due. One that fails keeps no other from its turn.
    package func tick(_ call: PeriodicCall) async throws -> Timestamp? {
        try await settings.applyCacheSize(call.storage)
        var failure: (any Error)?
        for name in try await dueKeys(call) {
            do {
                try await rotate(name, call)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return try await call.storage.scan(KeyStore.dueFolder, limit: 1).first.flatMap { KeyStore.due($0)?.time }
    }

    /// Only what is due is read, and the first entry that is not.
    private func dueKeys(_ call: PeriodicCall) async throws -> [String] {
        var names: [String] = []
        var after: StorageKey?
        while true {
            let page = try await call.storage.scan(KeyStore.dueFolder, after: after, limit: 100)
            let due = page.compactMap(KeyStore.due).prefix { $0.time <= call.now }
            names += due.map(\.name)
            after = page.last
            if due.count < 100 { return names }
        }
    }

    private func rotate(_ name: String, _ call: PeriodicCall) async throws {
        guard let ring = try await keys.find(name, in: call.storage) else { return }
        try await keys.rotate(ring, in: call.storage, at: call.now, call.random) { key in
            key.rotationDue.map { $0 <= call.now } ?? false
        }
    }
}
