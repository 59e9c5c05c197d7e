internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferStorage

/// Work that takes longer than a request may hold its thread: RSA keys, and signatures of RSA and ML-DSA.
let slowWork = BlockingPool(threads: BlockingPool.processors)

extension KeyStore {
    /// Makes a key unless one of its name exists.
    /// - Parameter settings: name, type and options; checked here.
    /// - Returns: false when there was one already.
    func create(_ settings: Key, _ call: Call) async throws -> Bool {
        try settings.checkNew()
        if try await find(settings.name, in: call.storage) != nil { return false }
        let version = try await generateVersion(of: settings, at: call.now, call.random)
        return try await change(settings.name, in: call.storage) { key, transaction in
            if key != nil { return false }
            var new = settings
            try transaction.append(version, to: &new)
            key = new
            return true
        }
    }

    /// Adds a version to an existing key.
    /// - Parameter isDue: asked in the transaction whether the key shall still be rotated.
    func rotate(
        _ ring: KeyRing, in storage: StorageView, at now: Timestamp, _ random: RandomSource,
        isDue: (Key) -> Bool = { _ in true }
    ) async throws {
        let version = try await generateVersion(of: ring.key, at: now, random)
        try await change(ring.key.name, in: storage) { key, transaction in
            // The same type means that the new version suits, even when the key was made anew meanwhile.
            guard var current = key, current.type == ring.type, current.size == ring.key.size,
                current.parameterSet == ring.key.parameterSet
            else { throw TransitErrors.keyNotFound }
            guard isDue(current) else { return }
            if current.isSoftDeleted { throw TransitErrors.softDeleted }
            if current.isImported, !current.allowsRotation { throw TransitErrors.noRotation(of: current.name) }
            current.isImported = false
            try transaction.append(version, to: &current)
            key = current
        }
    }

    private func generateVersion(
        of key: Key, at now: Timestamp, _ random: RandomSource
    ) async throws -> KeyVersion {
        guard key.type.isSlow else { return try KeyVersion.generate(for: key, at: now, random: random) }
        return try await slowWork.run { try KeyVersion.generate(for: key, at: now, random: random) }
    }
}
