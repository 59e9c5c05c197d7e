import CofferBase
package import CofferFramework
import Testing

/// What every seal that opens by itself must do.
package struct SealCheck: Sendable {
    private let seal: any AutoSeal
    /// The same type with another key.
    private let other: any AutoSeal
    private let key = SecretBytes(copying: (0..<70).map { UInt8($0) })

    package init(_ seal: any AutoSeal, other: any AutoSeal) {
        self.seal = seal
        self.other = other
    }

    package func runAll() async throws {
        try await roundTrip()
        try await differs()
        try await refusesChanges()
        try await refusesOthers()
    }

    /// What was wrapped comes back, through the stored form too.
    private func roundTrip() async throws {
        let wrapped = try await seal.wrap(key)
        let stored = try #require(WrappedKey(encoded: wrapped.encoded()))
        #expect(stored == wrapped)
        #expect(try await seal.unwrap(stored).constantTimeEquals(key))
        #expect(!seal.isStale(stored))
        #expect(!seal.identity.isEmpty)
        #expect(!contains(wrapped.encoded(), key.copyBytes()))
    }

    /// Nobody sees that the same key was wrapped twice.
    private func differs() async throws {
        #expect(try await seal.wrap(key).ciphertext != seal.wrap(key).ciphertext)
    }

    /// A changed record gives an error, and no key.
    private func refusesChanges() async throws {
        let wrapped = try await seal.wrap(key)
        for index in [0, wrapped.ciphertext.count / 2, wrapped.ciphertext.count - 1] {
            var changed = wrapped
            changed.ciphertext[index] ^= 1
            await #expect(throws: SealFailure.self) { try await seal.unwrap(changed) }
        }
        for count in [0, 1, 11, wrapped.ciphertext.count - 1] {
            var short = wrapped
            short.ciphertext = Array(short.ciphertext.prefix(count))
            await #expect(throws: SealFailure.self) { try await seal.unwrap(short) }
        }
    }

    /// A record of another key gives an error, and no key.
    private func refusesOthers() async throws {
        #expect(seal.identity != other.identity)
        let foreign = try await other.wrap(key)
        await #expect(throws: SealFailure.self) { try await seal.unwrap(foreign) }
    }

    private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: part) }
    }
}
