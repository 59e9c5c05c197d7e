import CofferBase
import CofferStorage
import MemoryStorage
import Synchronization
import TestSupport
import Testing

@testable import LeaseService

@Suite struct LeaseTallyTests {
    private static func lease(_ id: String, role: String = "") -> Lease {
        var lease = Lease(
            id: id, kind: .token, tokenKey: "k", namespaceID: "root", issueTime: Timestamp(seconds: 1),
            expireTime: Timestamp(seconds: 1000), renewable: false)
        lease.loginRole = role
        return lease
    }

    private static func group(_ leases: Leases) {
        leases.tally.group(
            by: { id, role in role.isEmpty ? String(id.prefix { $0 != "/" }) : role }, readingRole: { _ in true })
    }

    @Test("leases are counted by group, those that were there and those that come and go")
    func counting() async throws {
        let leases = try await Leases(storage: PlainStore(MemoryStorage()))
        Self.group(leases)
        for id in ["a/1", "a/2", "b/1"] { try await leases.update(id) { $0 = Self.lease(id) } }
        #expect(try await leases.tally.count(in: "a") == 2)
        #expect(try await leases.tally.total() == 3)
        try await leases.update("a/3") { $0 = Self.lease("a/3", role: "web") }
        try await leases.update("a/1") { $0 = nil }
        // A renewal is no new lease.
        try await leases.update("a/2") { $0?.renewable = true }
        #expect(try await leases.tally.count(in: "a") == 1)
        #expect(try await leases.tally.count(in: "web") == 1)
        #expect(try await leases.tally.total() == 3)
    }

    @Test("a change that failed does not count")
    func failure() async throws {
        struct Refusal: Error {}
        let leases = try await Leases(storage: PlainStore(MemoryStorage()))
        #expect(try await leases.tally.total() == 0)
        await #expect(throws: Refusal.self) {
            try await leases.view.transaction { transaction in
                try await leases.stage(Self.lease("a/1"), replacing: nil, in: &transaction)
                throw Refusal()
            }
        }
        #expect(try await leases.tally.total() == 0)
    }

    @Test("what changes while the pass runs is counted once, wherever the pass is")
    func during() async throws {
        // Two pages of a thousand: the pass stops before the second, and everything changes.
        let store = PausingStore()
        let leases = Leases(storage: store)
        for number in 0..<1500 {
            let id = "a/\(1000 + number)"
            try await leases.update(id) { $0 = Self.lease(id) }
        }
        Self.group(leases)
        store.pause(atScan: 2)
        async let total = leases.tally.total()
        await store.waitUntilPaused()
        // Behind the pass, ahead of it, and one that comes and goes.
        for id in ["a/1001", "a/2400"] { try await leases.update(id) { $0 = nil } }
        for id in ["a/0001", "a/9999", "a/5000"] { try await leases.update(id) { $0 = Self.lease(id) } }
        try await leases.update("a/5000") { $0 = nil }
        store.proceed()
        #expect(try await total == 1500)
        #expect(try await leases.tally.count(in: "a") == 1500)
    }
}

/// A store whose scans can be held.
private final class PausingStore: TransactionalStorage {
    private struct State {
        var scans = 0
        var pauseAt: Int?
        var held: CheckedContinuation<Void, Never>?
        var watcher: CheckedContinuation<Void, Never>?
    }

    private let base = MemoryStorage()
    private let state = Mutex(State())

    var type: String { base.type }
    var epoch: Epoch { Epoch(0) }

    func pause(atScan number: Int) { state.withLock { $0.pauseAt = $0.scans + number } }

    func waitUntilPaused() async {
        await withCheckedContinuation { continuation in
            let isPaused = state.withLock { state in
                if state.held == nil { state.watcher = continuation }
                return state.held != nil
            }
            if isPaused { continuation.resume() }
        }
    }

    func proceed() {
        let held = state.withLock { state in
            defer { state.held = nil }
            return state.held
        }
        held?.resume()
    }

    func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry? { try await base.get(key) }

    func walk(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch) {
        try await base.walk(body)
    }

    func replaceAll(
        with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?
    ) async throws {
        try await base.replaceAll(with: next)
    }

    func children(of prefix: StorageKey, after: String?, limit: Int?) async throws(StorageError) -> [String] {
        try await base.children(of: prefix, after: after, limit: limit)
    }

    func scan(_ prefix: StorageKey, after: StorageKey?, limit: Int) async throws(StorageError) -> [StorageKey] {
        let pauses = state.withLock { state in
            state.scans += 1
            return state.scans == state.pauseAt
        }
        if pauses {
            await withCheckedContinuation { continuation in
                let watcher = state.withLock { state in
                    state.held = continuation
                    defer { state.watcher = nil }
                    return state.watcher
                }
                watcher?.resume()
            }
        }
        return try await base.scan(prefix, after: after, limit: limit)
    }

    func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 { try await base.commit(batch) }
    func acquireEpoch() async throws(StorageError) -> Epoch { try await base.acquireEpoch() }
    func close() async {}
}
