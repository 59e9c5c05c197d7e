internal import CofferBarrier
internal import CofferBase
internal import CofferFramework
internal import CofferStorage
internal import LeaseService
internal import MemoryStorage
internal import TokenService

extension HotPieces {
    private static func barrier() async throws -> Barrier {
        let barrier = Barrier(storage: MemoryStorage(), clock: SystemClock(), random: .system)
        let key = SecretBytes(copying: [UInt8](repeating: 7, count: 32))
        try await barrier.initialize(rootKey: key)
        try await barrier.unseal(rootKey: key)
        return barrier
    }

    /// Of a small secret in the cache: one decryption.
    static func reading() async throws -> Run {
        let view = StorageView(try await barrier(), prefix: "logical/")
        try await view.put("a", [UInt8](repeating: 1, count: 100))
        return { count in
            for _ in 0..<count { _ = try await view.get("a") }
        }
    }

    /// Of a small secret: one encryption and a commit to memory.
    static func encrypting() async throws -> Run {
        let view = StorageView(try await barrier(), prefix: "logical/")
        let value = [UInt8](repeating: 1, count: 100)
        return { count in
            for _ in 0..<count { try await view.put("a", value) }
        }
    }

    /// Of a token that is known already.
    static func lookingUp() async throws -> Run {
        let barrier = try await barrier()
        let tokens = try await Tokens(
            storage: barrier, cubbyholes: StorageView(barrier, prefix: "cubbyhole/"), leases: Leases(storage: barrier),
            clock: SystemClock(), random: .system)
        var grant = AuthGrant(displayName: "token", policies: ["app", "default"])
        grant.ttl = .seconds(3600)
        let context = IssueContext(
            path: "auth/token/create", namespace: .root, mountDefaultTTL: .seconds(3600),
            mountMaximumTTL: .seconds(7200))
        let token = try await tokens.issue(grant, context).auth.clientToken
        return { count in
            for _ in 0..<count { _ = try await tokens.authenticate(token, from: "127.0.0.1") }
        }
    }
}
