import CofferJSON
import ServerHarness
import TestSupport

/// Something in several steps: done or not done, whatever happens at one of them.
struct SweptOperation: Sendable, CustomStringConvertible {
    let name: String
    var prepare: @Sendable (ServerHarness) async throws -> Void = { _ in }
    let act: @Sendable (ServerHarness) async -> ServerAnswer
    /// Nil for something in between.
    let isDone: @Sendable (ServerHarness) async throws -> Bool?

    var description: String { name }

    static let all = [write, purge, token, revocation, mount, unmount, policy, unwrapping, rotation, entity]

    private static let write = SweptOperation(
        name: "write",
        prepare: { server in try await server.ok("POST", "secret/data/a", ["data": ["k": "old"]]) },
        act: { await $0.send("POST", "secret/data/a", ["data": ["k": "new"]]) },
        isDone: { server in
            let found = await server.send("GET", "secret/data/a").data
            let version = found?["metadata"]?["version"]?.intValue ?? 0
            switch found?["data"]?["k"]?.stringValue {
            case "old": return version == 1 ? false : nil
            // A repetition makes another version.
            case "new": return version >= 2 ? true : nil
            default: return nil
            }
        })

    private static let purge = SweptOperation(
        name: "purge",
        prepare: { server in
            for _ in 0..<3 { try await server.ok("POST", "secret/data/a", ["data": ["k": "old"]]) }
        },
        act: { await $0.send("DELETE", "secret/metadata/a") },
        isDone: { server in
            var statuses: Set = [await server.send("GET", "secret/metadata/a").status]
            for version in 1...3 {
                statuses.insert(await server.send("GET", "secret/data/a", query: "version=\(version)").status)
            }
            return statuses == [200] ? false : statuses == [404] ? true : nil
        })

    private static let token = SweptOperation(
        name: "token", act: { await $0.send("POST", "auth/token/create", ["id": "swept", "ttl": "1h"]) },
        isDone: { server in
            let lives = await server.send("GET", "auth/token/lookup-self", token: "swept").status == 200
            let leases = await server.send("LIST", "sys/leases/lookup/auth/token/create").keys.count
            return leases == (lives ? 1 : 0) ? lives : nil
        })

    private static let revocation = SweptOperation(
        name: "revocation",
        prepare: { server in
            try await server.policy("maker", "path \"auth/token/create\" { capabilities = [\"update\"] }")
            let body: JSON = ["id": "swept", "ttl": "1h", "policies": ["maker"]]
            try await server.ok("POST", "auth/token/create", body)
            let child = try await server.ok("POST", "auth/token/create", ["ttl": "1h"], token: "swept")
            try await server.ok(
                "POST", "secret/data/child", ["data": ["token": child["auth"]?["client_token"] ?? ""]])
        },
        act: { await $0.send("POST", "auth/token/revoke", ["token": "swept"]) },
        isDone: { server in
            // A child whose parent died in the middle follows it by itself.
            try await server.settle()
            var statuses: Set<Int> = []
            let child = await server.send("GET", "secret/data/child").data?["data"]?["token"]?.stringValue
            for token in ["swept", child] {
                statuses.insert(await server.send("GET", "auth/token/lookup-self", token: token).status)
            }
            return statuses == [200] ? false : statuses == [403] ? true : nil
        })

    private static let mount = SweptOperation(
        name: "mount", act: { await $0.send("POST", "sys/mounts/swept", ["type": "kv"]) },
        isDone: { server in
            guard await server.send("GET", "sys/mounts").data?["swept/"] != nil else { return false }
            return await server.send("POST", "swept/a", ["k": "v"]).status == 204 ? true : nil
        })

    private static let unmount = SweptOperation(
        name: "unmount",
        prepare: { server in try await server.ok("POST", "secret/data/a", ["data": ["k": "old"]]) },
        act: { await $0.send("DELETE", "sys/mounts/secret") },
        isDone: { server in
            if await server.send("GET", "sys/mounts").data?["secret/"] == nil { return true }
            return await server.send("GET", "secret/data/a").data?["data"]?["k"] == "old" ? false : nil
        })

    private static let policy = SweptOperation(
        name: "policy",
        act: { await $0.send("PUT", "sys/policies/acl/swept", ["policy": "path \"x\" { capabilities = [\"read\"] }"]) },
        isDone: { server in
            let isThere = await server.send("GET", "sys/policies/acl/swept").status == 200
            let isListed = await server.send("LIST", "sys/policies/acl").keys.contains("swept")
            return isThere == isListed ? isThere : nil
        })

    private static let unwrapping = SweptOperation(
        name: "unwrapping",
        prepare: { server in
            // Kept where the other steps find it.
            let answer = await server.send(
                "POST", "sys/wrapping/wrap", ["k": "v"], headers: [("X-Vault-Wrap-TTL", "1h")])
            try await server.ok("POST", "secret/data/wrapped", ["data": ["token": answer["wrap_info"]?["token"] ?? ""]])
        },
        act: { server in await server.send("POST", "sys/wrapping/unwrap", ["token": await wrapped(server)]) },
        isDone: { server in
            await server.send("POST", "sys/wrapping/lookup", ["token": await wrapped(server)]).status != 200
        })

    private static func wrapped(_ server: ServerHarness) async -> JSON {
        await server.send("GET", "secret/data/wrapped").data?["data"]?["token"] ?? ""
    }

    private static let rotation = SweptOperation(
        name: "rotation",
        prepare: { server in try await server.ok("POST", "secret/data/a", ["data": ["k": "old"]]) },
        act: { await $0.send("PUT", "sys/rotate") },
        isDone: { server in
            guard await server.send("GET", "secret/data/a").data?["data"]?["k"] == "old" else { return nil }
            return (await server.send("GET", "sys/key-status").data?["term"]?.intValue ?? 0) > 1
        })

    private static let entity = SweptOperation(
        name: "entity", act: { await $0.send("POST", "identity/entity", ["name": "swept"]) },
        isDone: { server in
            let isThere = await server.send("GET", "identity/entity/name/swept").status == 200
            return await server.send("LIST", "identity/entity/name").keys == (isThere ? ["swept"] : []) ? isThere : nil
        })
}
