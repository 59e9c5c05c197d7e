import CofferBase
import CofferFramework
import LockoutService
import MemoryStorage
import TestSupport
import Testing

/// Random histories against the rule itself, read off the whole history each time.
@Suite struct LockoutPropertyTests {
    private enum Event { case failure, success, unlock, pause(seconds: Int64), restart }

    /// What happened to one name, with times.
    private struct History {
        var failures: [Timestamp] = []
        var lockedUntil: Timestamp?

        func isLocked(at now: Timestamp) -> Bool { lockedUntil.map { $0 > now } ?? false }

        mutating func fail(at now: Timestamp, _ rules: LockoutRules) {
            if isLocked(at: now) { return }
            if lockedUntil != nil { clear() }
            failures.append(now)
            // The unbroken row that ends now: no two of it further apart than the reset.
            let row = zip(failures, failures.dropFirst()).reversed().prefix { $1 - $0 < rules.counterReset }.count + 1
            if row >= rules.threshold { lockedUntil = now + rules.duration }
        }

        mutating func clear() {
            failures = []
            lockedUntil = nil
        }
    }

    @Test("any history locks and opens when the rule says so", arguments: 1...20 as ClosedRange<UInt64>)
    func histories(seed: UInt64) async throws {
        let random = RandomSource.seeded(seed)
        let clock = ManualClock()
        let store = try await PlainStore(MemoryStorage())
        var lockouts = try await Lockouts(storage: store, clock: clock)
        let rules = LockoutRules([])
        let names = ["alice", "bob"].map { LockedName(accessor: "auth_1", alias: $0) }
        var model = names.map { _ in History() }
        for _ in 0..<300 {
            let choice = try random.bytes(2)
            let index = Int(choice[1] & 1)
            switch Self.event(choice[0]) {
            case .failure:
                try await lockouts.fail(names[index], rules)
                model[index].fail(at: clock.now, rules)
            case .success:
                let isLocked = model[index].isLocked(at: clock.now)
                #expect(lockouts.succeed(names[index]) == !isLocked)
                if !isLocked { model[index].clear() }
            case .unlock:
                try await lockouts.unlock(names[index])
                model[index].clear()
            case .pause(let seconds): clock.advance(by: .seconds(seconds))
            case .restart:
                lockouts = try await Lockouts(storage: store, clock: clock)
                // Locks are kept; counts that led to none are not.
                for index in model.indices where !model[index].isLocked(at: clock.now) { model[index].clear() }
            }
            for (name, history) in zip(names, model) {
                #expect(lockouts.isLocked(name) == history.isLocked(at: clock.now))
            }
        }
    }

    private static func event(_ byte: UInt8) -> Event {
        switch byte % 16 {
        case 0..<9: .failure
        case 9: .success
        case 10: .unlock
        case 11: .restart
        case 12: .pause(seconds: 899)
        case 13: .pause(seconds: 900)
        default: .pause(seconds: Int64(byte))
        }
    }
}
