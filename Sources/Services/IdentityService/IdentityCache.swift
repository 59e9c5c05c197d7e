internal import Synchronization

/// What requests ask of identity, ready made: callers by entity, and groups.
///
/// A load that raced with a change must not put the old state back: each change advances the
/// generation, and a load is kept only if none happened.
final class IdentityCache: Sendable {
    struct Key: Hashable, Sendable {
        let namespace: String
        let id: String
    }

    private struct State {
        /// Of everything, and of one entity.
        var generation: UInt64 = 0
        var entityGenerations: [Key: UInt64] = [:]
        var callers: [Key: CallerIdentity] = [:]
        var groups: [Key: GroupNode?] = [:]
        /// By namespace.
        var enforcements: [String: [LoginEnforcement]] = [:]
        var lastStamp: UInt64 = 0
    }

    struct Generation: Equatable, Sendable {
        fileprivate let all: UInt64
        fileprivate let entity: UInt64
    }

    private let state = Mutex(State())
    private let capacity: Int

    init(capacity: Int = 65_536) { self.capacity = capacity }

    func caller(_ key: Key) -> CallerIdentity? { state.withLock { $0.callers[key] } }

    /// What a load has to show when it is done.
    func generation(_ key: Key) -> Generation {
        state.withLock { Generation(all: $0.generation, entity: $0.entityGenerations[key] ?? 0) }
    }

    func insert(_ caller: CallerIdentity, at key: Key, ifStill generation: Generation) {
        state.withLock { state in
            let now = Generation(all: state.generation, entity: state.entityGenerations[key] ?? 0)
            guard now == generation else { return }
            if state.callers.count >= capacity { state.callers.removeAll(keepingCapacity: true) }
            state.callers[key] = caller
        }
    }

    /// Outer nil: not looked up yet. Inner nil: there is no such group.
    func group(_ key: Key) -> GroupNode?? { state.withLock { $0.groups[key] } }

    func insert(_ group: GroupNode?, at key: Key, ifStill generation: Generation) {
        state.withLock { state in
            guard state.generation == generation.all else { return }
            if state.groups.count >= capacity { state.groups.removeAll(keepingCapacity: true) }
            state.groups[key] = .some(group)
        }
    }

    func enforcements(_ namespace: String) -> [LoginEnforcement]? { state.withLock { $0.enforcements[namespace] } }

    func insert(_ enforcements: [LoginEnforcement], for namespace: String, ifStill generation: Generation) {
        state.withLock { state in
            if state.generation == generation.all { state.enforcements[namespace] = enforcements }
        }
    }

    func forget(_ key: Key) {
        state.withLock { state in
            state.callers[key] = nil
            // Only loads under way need these numbers; starting over counts as a change of everything.
            if state.entityGenerations.count >= 4096 {
                state.entityGenerations.removeAll(keepingCapacity: true)
                state.generation += 1
            }
            state.entityGenerations[key, default: 0] += 1
        }
    }

    func forgetAll() {
        state.withLock { state in
            state.generation += 1
            state.entityGenerations.removeAll()
            state.callers.removeAll()
            state.groups.removeAll()
            state.enforcements.removeAll()
        }
    }

    func nextStamp() -> UInt64 {
        state.withLock { state in
            state.lastStamp += 1
            return state.lastStamp
        }
    }
}

/// A group and the groups that it is in.
struct GroupNode: Sendable {
    let group: Group
    let parents: [String]
}
