import CofferBase
import CofferFramework
import CofferStorage
import LockoutService
import MemoryStorage
import TestSupport
import Testing

@Suite struct LockoutsTests {
    let clock = ManualClock()
    let rules = LockoutRules([])
    let bob = LockedName(accessor: "auth_userpass_1", alias: "bob")

    private func fail(_ lockouts: Lockouts, _ name: LockedName, times: Int) async throws {
        for _ in 0..<times { try await lockouts.fail(name, rules) }
    }

    @Test("five failures lock a name out for a quarter of an hour")
    func threshold() async throws {
        let lockouts = try await Lockouts(storage: PlainStore(MemoryStorage()), clock: clock)
        try await fail(lockouts, bob, times: 4)
        #expect(!lockouts.isLocked(bob))
        try await fail(lockouts, bob, times: 1)
        #expect(lockouts.isLocked(bob))
        #expect(lockouts.locked == [bob])
        #expect(!lockouts.isLocked(LockedName(accessor: "auth_userpass_2", alias: "bob")))
        clock.advance(by: .seconds(15 * 60 - 1))
        #expect(lockouts.isLocked(bob))
        clock.advance(by: .seconds(1))
        #expect(!lockouts.isLocked(bob))
        #expect(lockouts.locked.isEmpty)
        try await fail(lockouts, bob, times: 4)
        #expect(!lockouts.isLocked(bob), "counting started over")
    }

    @Test("a success, or a quarter of an hour without an attempt, starts counting over")
    func reset() async throws {
        let lockouts = try await Lockouts(storage: PlainStore(MemoryStorage()), clock: clock)
        try await fail(lockouts, bob, times: 4)
        #expect(lockouts.succeed(bob))
        try await fail(lockouts, bob, times: 4)
        #expect(!lockouts.isLocked(bob))
        clock.advance(by: .seconds(15 * 60))
        try await fail(lockouts, bob, times: 4)
        #expect(!lockouts.isLocked(bob))
    }

    @Test("a right credential that was being checked when the lock closed does not come through")
    func lateSuccess() async throws {
        let lockouts = try await Lockouts(storage: PlainStore(MemoryStorage()), clock: clock)
        try await fail(lockouts, bob, times: 5)
        #expect(!lockouts.succeed(bob))
        #expect(lockouts.isLocked(bob))
    }

    @Test("failures at the same time are all counted")
    func concurrent() async throws {
        let lockouts = try await Lockouts(storage: PlainStore(MemoryStorage()), clock: clock)
        await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 { group.addTask { try await lockouts.fail(bob, rules) } }
        }
        #expect(lockouts.isLocked(bob))
    }

    @Test("a lock outlives a restart, and ends in time or by hand")
    func restart() async throws {
        let store = try await PlainStore(MemoryStorage())
        let carol = LockedName(accessor: "auth_userpass_1", alias: "carol")
        let first = try await Lockouts(storage: store, clock: clock)
        try await fail(first, bob, times: 5)
        try await fail(first, carol, times: 5)
        try await first.unlock(carol)
        let second = try await Lockouts(storage: store, clock: clock)
        #expect(second.locked == [bob])
        clock.advance(by: .seconds(3600))
        let third = try await Lockouts(storage: store, clock: clock)
        #expect(third.locked.isEmpty)
        #expect(try await StorageView(store, prefix: "core/login/").scan(limit: 10).isEmpty, "it was removed")
    }

    @Test("settings are taken from the most special place that says something")
    func settings() {
        var all = LockoutSettings()
        all.threshold = 3
        all.duration = .seconds(60)
        var mount = LockoutSettings()
        mount.threshold = 10
        let rules = LockoutRules([all, nil, mount])
        #expect(rules.threshold == 10)
        #expect(rules.duration == .seconds(60))
        #expect(rules.counterReset == .seconds(900))
        var never = LockoutSettings()
        never.threshold = 0
        #expect(LockoutRules([never]).isDisabled)
    }
}
