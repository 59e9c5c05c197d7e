import CofferBase
import CofferCore
import CofferFramework
import CofferHTTP
import CofferJSON
import NamespaceService
import ServerHarness
import TestSupport
import Testing

/// Namespaces through the API: names, places, tokens, and what is kept apart.
@Suite struct NamespaceTests {
    @Test("a namespace is created, read, listed, patched and deleted")
    func life() async throws {
        let server = try await ServerHarness.unsealed()
        let made = try await server.ok("POST", "sys/namespaces/ns1", ["custom_metadata": ["team": "a", "old": "x"]])
        let id = try #require(made.data?["id"]?.stringValue)
        #expect(id.utf8.count == 5)
        #expect(made.data?["path"] == "ns1/")
        try await server.ok("PUT", "sys/namespaces/ns2")
        let listed = try await server.ok("LIST", "sys/namespaces")
        #expect(listed.keys == ["ns1/", "ns2/"])
        #expect(listed.data?["key_info"]?["ns1/"]?["id"]?.stringValue == id)
        let patch = await server.send(
            "PATCH", "sys/namespaces/ns1", ["custom_metadata": ["team": "b", "old": nil]],
            headers: [("Content-Type", "application/merge-patch+json")])
        #expect(patch.status == 200)
        let read = try await server.ok("GET", "sys/namespaces/ns1")
        #expect(read.data?["custom_metadata"] == ["team": "b"])
        #expect(read.data?["id"]?.stringValue == id)
        #expect(try await server.ok("DELETE", "sys/namespaces/ns1").data?["status"] == "in-progress")
        await server.core.services?.removals.settle()
        #expect(await server.send("GET", "sys/namespaces/ns1").status == 404)
        #expect(try await server.ok("LIST", "sys/namespaces").keys == ["ns2/"])
    }

    @Test("namespaces nest; a parent with children is not deleted, and a scan shows all of them")
    func nesting() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/namespaces/a")
        try await server.ok("POST", "a/sys/namespaces/b")
        #expect(await server.send("LIST", "sys/namespaces", headers: [("X-Vault-Namespace", "a")]).keys == ["b/"])
        #expect(await server.send("SCAN", "sys/namespaces").keys == ["a/", "a/b/"])
        let refused = await server.send("DELETE", "sys/namespaces/a")
        #expect(refused.status == 400)
        #expect(refused.errors == [#"cannot delete namespace ("a/") containing child namespaces"#])
        #expect(await server.send("POST", "sys/namespaces/a/c").status == 400)
    }

    // CVE-2026-55775: a namespace called root was taken for its parent.
    @Test(
        "names that mean something else are refused",
        arguments: [
            "root", "ROOT", "Root", "sys", "auth", "audit", "cubbyhole", "identity", "Sys", "a%20b", "r%D0%BEot",
            "%EF%BD%92oot", "root/", "secret",
        ])
    func names(name: String) async throws {
        let server = try await ServerHarness.unsealed()
        for prefix in ["", "ns1/"] {
            if prefix.isEmpty { try await server.ok("POST", "sys/namespaces/ns1") }
            if name == "secret" && !prefix.isEmpty { continue }
            #expect((400...404).contains(await server.send("POST", "\(prefix)sys/namespaces/\(name)").status))
            #expect((400...404).contains(await server.send("DELETE", "\(prefix)sys/namespaces/root").status))
        }
        #expect(try await server.ok("LIST", "sys/namespaces").keys == ["ns1/"])
        #expect(await server.send("POST", "sys/namespaces/NS1").status == 400)
    }

    @Test("header and path together name a namespace, and the header is echoed")
    func places() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/namespaces/a")
        try await server.ok("POST", "a/sys/namespaces/b")
        try await server.ok("POST", "a/b/sys/mounts/kv", ["type": "kv"])
        try await server.ok("POST", "a/b/kv/x", ["k": "v"])
        for (header, path) in [
            ("", "a/b/kv/x"), ("a", "b/kv/x"), ("/a/b/", "kv/x"), ("a/", "b/kv/x"), ("root", "a/b/kv/x"),
        ] {
            let answer = await server.send("GET", path, headers: [("X-Vault-Namespace", header)])
            #expect(answer.data?["k"] == "v", "\(header) \(path)")
            #expect(answer.fields["x-vault-namespace"] == header)
        }
        for (header, path) in [
            ("nope", "kv/x"), ("b", "a/kv/x"), ("secret", "data/x"), ("a/b/kv", "x"), ("a/root", "kv/x"),
        ] {
            let answer = await server.send("GET", path, headers: [("X-Vault-Namespace", header)])
            #expect(answer.status == 404, "\(header) \(path)")
            #expect(answer.errors.first?.hasPrefix("no handler for route") == true)
        }
        for header in ["a/../b", "%2e%2e", "a//../..", "a\u{0}"] {
            let answer = await server.send("GET", "kv/x", headers: [("X-Vault-Namespace", header)])
            #expect((400...404).contains(answer.status))
        }
        // The state of the server is the same for all.
        let health = await server.send("GET", "sys/health", token: nil, headers: [("X-Vault-Namespace", "a")])
        #expect(health.status == 200)
    }

    @Test("what concerns the whole server is not there below the root")
    func rootOnly() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/namespaces/a")
        for (method, path) in [
            ("GET", "sys/audit"), ("PUT", "sys/seal"), ("GET", "sys/health"), ("GET", "sys/quotas/config"),
            ("LIST", "sys/quotas/rate-limit"), ("GET", "sys/metrics"), ("GET", "sys/config/cors"),
            ("POST", "sys/rotate"), ("GET", "sys/key-status"), ("GET", "sys/host-info"), ("POST", "sys/leases/tidy"),
            ("POST", "auth/token/tidy"), ("GET", "sys/storage/raft/snapshot"),
        ] {
            let answer = await server.send(method, "a/" + path)
            #expect(answer.status == 404, "\(path)")
            #expect(answer.errors.first?.contains("unsupported path") == true)
        }
        #expect(try await server.ok("GET", "sys/seal-status")["sealed"] == false)
    }

    @Test("a namespace has its own mounts, policies and identities")
    func contents() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/namespaces/a")
        let mounts = try await server.ok("GET", "a/sys/mounts").data?.objectValue
        #expect(mounts?.keys.sorted() == ["cubbyhole/", "identity/", "sys/"])
        #expect(mounts?["sys/"]?["type"] == "ns_system")
        #expect(try await server.ok("GET", "a/sys/auth").data?["token/"]?["type"] == "ns_token")
        try await server.ok("POST", "a/sys/mounts/secret", ["type": "kv"])
        try await server.ok("POST", "a/secret/x", ["in": "a"])
        #expect(await server.send("GET", "secret/data/x").status == 404)
        try await server.ok("PUT", "a/sys/policies/acl/p", ["policy": #"path "secret/*" { capabilities = ["read"] }"#])
        #expect(await server.send("LIST", "a/sys/policies/acl").keys == ["default", "p", "root"])
        #expect(await server.send("GET", "sys/policies/acl/p").status == 404)
        let entity = try await server.ok("POST", "a/identity/entity", ["name": "ann"]).data?["id"]?.stringValue ?? ""
        #expect(await server.send("GET", "identity/entity/id/\(entity)").status == 404)
        #expect(try await server.ok("GET", "a/identity/entity/id/\(entity)").data?["namespace_id"] != "root")
        try await server.ok("POST", "sys/namespaces/b")
        // CVE-2026-14886: ids in bodies were taken from any namespace.
        _ = await server.send("POST", "b/identity/entity/batch-delete", ["entity_ids": [.string(entity)]])
        #expect(await server.send("GET", "a/identity/entity/id/\(entity)").status == 200)
        try await server.reopen()
        #expect(try await server.ok("GET", "a/secret/x").data?["in"] == "a")
        #expect(try await server.ok("GET", "a/sys/mounts").data?["sys/"]?["uuid"] == mounts?["sys/"]?["uuid"])
    }

    @Test("a token is good in its namespace and below it, never above or beside it")
    func tokens() async throws {
        let server = try await NamespaceServer.make()
        let token = try await server.token("a", ["p"])
        let id = try await server.id("a/")
        #expect(token.hasSuffix("." + id))
        #expect(await server.send("GET", "a/secret/x", token: token).status == 200)
        for path in ["secret/x", "b/secret/x", "a/c/secret/x"] {
            let answer = await server.send("GET", path, token: token)
            #expect(answer.status == 403, "\(path)")
        }
        // Rules of a parent's policy name the child in front.
        try await server.ok(
            "PUT", "a/sys/policies/acl/below", ["policy": #"path "c/secret/*" { capabilities = ["read"] }"#])
        let wide = try await server.token("a", ["below"])
        #expect(await server.send("GET", "a/c/secret/x", token: wide).status == 200)
        #expect(await server.send("GET", "a/secret/x", token: wide).status == 403)
        let looked = try await server.ok("GET", "a/auth/token/lookup-self", token: token)
        #expect(looked.data?["namespace_path"] == "a/")
        #expect(looked.data?["accessor"]?.stringValue?.hasSuffix("." + id) == true)
        #expect(looked.data?["policies"] == ["default", "p"])
        let batch = try await server.ok("POST", "a/auth/token/create", ["type": "batch", "policies": ["p"]])
        let text = batch["auth"]?["client_token"]?.stringValue ?? ""
        #expect(text.hasPrefix("hvb.") && text.hasSuffix("." + id))
        #expect(await server.send("GET", "a/secret/x", token: text).status == 200)
        #expect(await server.send("GET", "b/secret/x", token: text).status == 403)
        #expect(await server.send("GET", "a/secret/x", token: String(text.dropLast(id.utf8.count + 1))).status == 403)
    }

    @Test("a token for a child namespace takes sudo, and never has the root policy or an id of its own")
    func tokensForChildren() async throws {
        let server = try await NamespaceServer.make()
        try await server.policy("maker", #"path "a/auth/token/*" { capabilities = ["update"] }"#)
        let maker = try await server.token(["maker"])
        let refused = await server.send("POST", "a/auth/token/create", ["policies": ["p"]], token: maker)
        #expect(
            refused.errors == ["root or sudo privileges required to directly generate a token in a child namespace"])
        let root = await server.send("POST", "a/auth/token/create", ["policies": ["root"]])
        #expect(root.errors == ["root tokens may not be created from a parent namespace"])
        let named = await server.send("POST", "a/auth/token/create", ["id": "mine", "policies": ["p"]])
        #expect(named.errors == ["token IDs can only be manually specified in the root namespace"])
        let plain = try await server.ok("POST", "a/auth/token/create")
        #expect(plain["auth"]?["policies"] == ["default"])
        // It dies with its parent, in whichever namespace that is.
        let parent = try await server.token(["root"])
        let child = try await server.ok("POST", "a/auth/token/create", ["policies": ["p"]], token: parent)
        let text = child["auth"]?["client_token"]?.stringValue ?? ""
        try await server.ok("POST", "auth/token/revoke", ["token": .string(parent)])
        #expect(await server.send("GET", "a/secret/x", token: text).status == 403)
    }

    @Test("no token, accessor or lease of a namespace is reached from beside it")
    func keptApart() async throws {
        let target = CredentialTarget()
        let server = try await NamespaceServer.make(engines: [CredentialEngine.kind(target)])
        try await server.ok("POST", "b/sys/mounts/db", ["type": "credentials"])
        let lease = try await server.ok("GET", "b/db/creds/x")["lease_id"]?.stringValue ?? ""
        let idOfB = try await server.id("b/")
        #expect(lease.hasPrefix("db/creds/x/") && lease.hasSuffix("." + idOfB))
        let admin = try await server.admin("a")
        let victim = try await server.token("b", ["p"])
        let accessor = try await server.ok("GET", "b/auth/token/lookup-self", token: victim).data?["accessor"] ?? ""
        for id in [lease, "/\(idOfB)/\(lease)"] {
            for path in ["sys/leases/lookup", "sys/leases/renew", "sys/renew"] {
                #expect(
                    (400...404).contains(
                        await server.send("PUT", "a/" + path, ["lease_id": .string(id)], token: admin).status))
            }
            for path in ["sys/leases/revoke", "sys/revoke"] {
                _ = await server.send("PUT", "a/" + path, ["lease_id": .string(id)], token: admin)
                _ = await server.send("PUT", "a/\(path)/\(id)", token: admin)
                _ = await server.send("PUT", path, ["lease_id": .string(id)])
            }
        }
        for path in ["revoke-prefix", "revoke-force"] {
            _ = await server.send("PUT", "a/sys/leases/\(path)/db", token: admin)
            _ = await server.send("PUT", "sys/leases/\(path)/b/db")
        }
        #expect(target.users.count == 1)
        #expect(await server.send("PUT", "b/sys/leases/lookup", ["lease_id": .string(lease)]).status == 200)
        #expect(await server.send("LIST", "sys/leases/lookup").keys.allSatisfy { $0.hasPrefix("auth") })
        for (path, body) in [
            ("lookup", JSON.object(["token": .string(victim)])), ("lookup-accessor", ["accessor": accessor]),
            ("renew", ["token": .string(victim)]), ("revoke-accessor", ["accessor": accessor]),
        ] {
            #expect((400...404).contains(await server.send("POST", "a/auth/token/" + path, body, token: admin).status))
        }
        _ = await server.send("POST", "a/auth/token/revoke", ["token": .string(victim)], token: admin)
        _ = await server.send("POST", "a/auth/token/revoke-orphan", ["token": .string(victim)], token: admin)
        #expect(await server.send("GET", "b/secret/x", token: victim).status == 200)
        let accessors = await server.send("LIST", "a/auth/token/accessors", token: admin).keys
        #expect(!accessors.contains(accessor.stringValue ?? "") && !accessors.isEmpty)
        try await server.ok("PUT", "b/sys/leases/revoke", ["lease_id": .string(lease)])
        #expect(target.users.isEmpty)
    }

    // CVE-2020-10661: a policy that was written for a path applied to a namespace made later.
    @Test("a namespace that is made later is not opened by an older policy's path to its own tokens")
    func laterNamespace() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.policy("wide", #"path "n/secret/*" { capabilities = ["read", "list"] }"#)
        try await server.ok("POST", "sys/namespaces/n")
        try await server.ok("POST", "n/sys/mounts/secret", ["type": "kv"])
        try await server.ok("POST", "n/secret/x", ["k": "v"])
        let made = try await server.ok("POST", "n/auth/token/create", ["policies": ["wide"]])
        let inner = made["auth"]?["client_token"]?.stringValue ?? ""
        #expect(await server.send("GET", "n/secret/x", token: inner).status == 403)
        let outer = try await server.token(["wide"])
        #expect(await server.send("GET", "n/secret/x", token: outer).status == 200)
    }

    @Test("audit lines name the namespace, and the path within it")
    func audit() async throws {
        let server = try await NamespaceServer.make()
        try await server.ok("PUT", "sys/audit/r", ["type": "recording"])
        let token = try await server.token("a", ["p"])
        _ = await server.send("GET", "a/secret/x", token: token)
        let lines = server.audit.entries
        let request = try #require(lines.last?["request"])
        #expect(request["namespace"]?["path"] == "a/")
        let idOfA = try await server.id("a/")
        #expect(request["namespace"]?["id"]?.stringValue == idOfA)
        #expect(request["path"] == "secret/x")
        let granting = lines.last?["auth"]?["policy_results"]?["granting_policies"]?.arrayValue?.first
        #expect(granting?["namespace_path"] == "a/")
    }

    @Test("a mount moves between namespaces with its data")
    func remount() async throws {
        let server = try await NamespaceServer.make()
        try await server.ok("POST", "sys/remount", ["from": "a/secret", "to": "b/moved"])
        #expect(try await server.ok("GET", "b/moved/x").data?["in"] == "a")
        #expect(await server.send("GET", "a/secret/x").status == 404)
        try await server.reopen()
        #expect(try await server.ok("GET", "b/moved/x").data?["in"] == "a")
        #expect(await server.send("POST", "sys/remount", ["from": "b/moved", "to": "a/sys"]).status == 400)
    }

    @Test("a mount and a namespace never have one place")
    func conflicts() async throws {
        let server = try await ServerHarness.unsealed()
        #expect(
            await server.send("POST", "sys/namespaces/secret").errors == [
                "new namespace conflicts with existing mount: secret/"
            ])
        try await server.ok("POST", "sys/namespaces/a")
        for path in ["a", "a/b"] {
            #expect(await server.send("POST", "sys/mounts/" + path, ["type": "kv"]).status == 400)
        }
        #expect(await server.send("POST", "sys/remount", ["from": "secret", "to": "a"]).status == 400)
    }

    @Test("a locked namespace answers 503 to everybody, with all below it, until it is unlocked")
    func lock() async throws {
        let server = try await NamespaceServer.make()
        let admin = try await server.admin("a")
        let key = try await server.ok("POST", "a/sys/namespaces/api-lock/lock", token: admin).data?["unlock_key"] ?? ""
        for path in ["a/secret/x", "a/c/secret/x", "a/sys/mounts", "a/auth/token/lookup-self"] {
            let answer = await server.send("GET", path)
            #expect(answer.status == 503)
            #expect(answer.errors == ["API access to this namespace has been locked by an administrator"])
        }
        #expect(await server.send("GET", "b/secret/x").status == 200)
        #expect(
            await server.send("POST", "a/sys/namespaces/api-lock/unlock", ["unlock_key": "wrong"], token: admin).status
                == 400)
        try await server.reopen()
        #expect(await server.send("GET", "a/secret/x").status == 503)
        #expect(
            await server.send("POST", "a/sys/namespaces/api-lock/unlock", ["unlock_key": key], token: admin).status
                == 204)
        #expect(await server.send("GET", "a/secret/x").status == 200)
        try await server.ok("POST", "sys/namespaces/api-lock/lock/a/c")
        #expect(await server.send("GET", "a/c/secret/x").status == 503)
        #expect(await server.send("GET", "a/secret/x").status == 200)
        try await server.ok("POST", "sys/namespaces/api-lock/unlock/a/c")
        #expect(await server.send("GET", "a/c/secret/x").status == 200)
        #expect(await server.send("POST", "sys/namespaces/api-lock/lock").status == 400)
    }

    @Test("the user interface is told of the namespaces that a token can reach")
    func interface() async throws {
        let server = try await NamespaceServer.make()
        #expect(await server.send("GET", "sys/internal/ui/namespaces").keys == ["a/", "a/c/", "b/"])
        let token = try await server.token("a", ["p"])
        #expect(await server.send("GET", "a/sys/internal/ui/namespaces", token: token).keys == [""])
        let mount = await server.send("GET", "a/sys/internal/ui/mounts/secret/x", token: token)
        #expect(mount.data?["path"] == "secret/")
        let capabilities = await server.send("POST", "a/sys/capabilities-self", ["path": "secret/x"], token: token)
        #expect(capabilities["capabilities"] == ["read"])
        try await server.policy("outer", #"path "a/secret/*" { capabilities = ["list"] }"#)
        let outer = try await server.token(["outer"])
        let seen = await server.send("POST", "a/sys/capabilities", ["path": "secret/x", "token": .string(outer)])
        #expect(seen["capabilities"] == ["list"])
    }
}
