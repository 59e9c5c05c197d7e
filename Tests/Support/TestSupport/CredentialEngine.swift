internal import CofferBase
package import CofferFramework
internal import CofferJSON
internal import Synchronization

/// A target where an engine makes users: a database that a test can switch off.
package final class CredentialTarget: Sendable {
    private struct State {
        var users: Set<String> = []
        var made = 0
        var isDown = false
        var attempts = 0
        /// Runs after a user was made, before its lease is registered.
        var afterMaking: (@Sendable () async -> Void)?
        var waiters: [(isMet: @Sendable (Set<String>, Int) -> Bool, continuation: CheckedContinuation<Void, Never>)] =
            []
    }

    private let state = Mutex(State())

    package init() {}

    package var users: Set<String> { state.withLock { $0.users } }
    /// Revocations tried so far, failed ones included.
    package var attempts: Int { state.withLock { $0.attempts } }
    package func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    package func afterMaking(_ body: @escaping @Sendable () async -> Void) { state.withLock { $0.afterMaking = body } }

    func makeUser() async -> String {
        let (name, hook) = state.withLock { state in
            state.made += 1
            state.users.insert("user-\(state.made)")
            return ("user-\(state.made)", state.afterMaking)
        }
        await hook?()
        return name
    }

    /// False when the target is down.
    func dropUser(_ name: String) -> Bool {
        change { state in
            state.attempts += 1
            if !state.isDown { state.users.remove(name) }
            return !state.isDown
        }
    }

    /// Returns as soon as no user is left.
    package func waitUntilEmpty() async { await wait { users, _ in users.isEmpty } }

    /// Returns as soon as this many revocations have been tried.
    package func waitForAttempts(_ count: Int) async { await wait { _, attempts in attempts >= count } }

    private func wait(until isMet: @escaping @Sendable (Set<String>, Int) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isMetNow = state.withLock { state in
                if isMet(state.users, state.attempts) { return true }
                state.waiters.append((isMet, continuation))
                return false
            }
            if isMetNow { continuation.resume() }
        }
    }

    private func change(_ body: (inout State) -> Bool) -> Bool {
        let (result, woken) = state.withLock { state in
            let result = body(&state)
            let woken = state.waiters.filter { $0.isMet(state.users, state.attempts) }.map(\.continuation)
            state.waiters.removeAll { $0.isMet(state.users, state.attempts) }
            return (result, woken)
        }
        for continuation in woken { continuation.resume() }
        return result
    }
}

/// The smallest engine that gives out leases: `creds/:name` makes a user at its target.
package struct CredentialEngine: LeasingEngine {
    struct Input: Sendable {
        var ttl: Duration = .zero
        var maximumTTL: Duration = .zero
        var renewable = true

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("ttl", \.ttl, "Lifetime.").query, Field("max_ttl", \.maximumTTL, "Longest lifetime.").query,
                Field("renewable", \.renewable, "Renewable.").query,
            ])
    }

    package let paths: PathTable
    private let target: CredentialTarget

    package init(target: CredentialTarget) {
        self.target = target
        paths = PathTable([
            Path(
                "creds/:name", "Make a user.", captures: ["name": "Role."],
                [
                    Verb(.read, "make-user", "Make a user.", Input.schema) { _, input in
                        let user = await target.makeUser()
                        var reply = Reply.data(["username": .string(user)])
                        reply.lease = .grant(
                            LeaseGrant(
                                ttl: input.ttl, maximumTTL: input.maximumTTL, renewable: input.renewable,
                                internalData: ["user": .string(user)]))
                        return reply
                    }
                ])
        ])
    }

    package static func kind(_ target: CredentialTarget) -> EngineKind {
        EngineKind(type: "credentials", class: .secret, version: "v0.1.0+builtin.test") { _ in
            CredentialEngine(target: target)
        }
    }

    package func revoke(_ lease: LeaseCall) async throws {
        guard target.dropUser(lease.grant.internalData["user"]?.stringValue ?? "") else {
            throw EngineError.upstream("the target is down")
        }
    }
}
