internal import Testing

/// One promise of the `Storage` protocol. A test target runs them all, each on a new fixture:
///
///     @Test("keeps the storage contract", arguments: StorageCheck.all)
///     func contract(_ check: StorageCheck) async throws { try await check.run(fixture) }
package struct StorageCheck: Sendable, CustomTestStringConvertible {
    package let name: String
    package let run: @Sendable (StorageFixture) async throws -> Void

    package var testDescription: String { name }

    init(_ name: String, run: @escaping @Sendable (StorageFixture) async throws -> Void) {
        self.name = name
        self.run = run
    }

    package static let all = entries + batches + listings + epochs + snapshots
}
