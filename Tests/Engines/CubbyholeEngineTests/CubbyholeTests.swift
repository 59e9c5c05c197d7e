import CofferFramework
import CofferJSON
import CofferStorage
import CubbyholeEngine
import TestSupport
import Testing

@Suite struct CubbyholeTests {
    private func caller(_ cubbyholeID: String) -> Caller {
        let tester = Caller.tester
        return Caller(
            accessor: tester.accessor, displayName: tester.displayName, policies: tester.policies, entityID: "",
            isRoot: false, metadata: [:], cubbyholeID: cubbyholeID, namespace: tester.namespace)
    }

    @Test("a token reads back what it wrote, without a lease duration")
    func roundTrip() async throws {
        let mount = try await EngineHarness(Cubbyhole.kind)
        let secret = try JSON.parseObject(#"{"n":12345678901234567890,"a":{"b":[1]}}"#.utf8)
        #expect(try await mount.write("app/one", secret).isEmpty)
        let reply = try await mount.read("app/one")
        #expect(reply.data == secret)
        #expect(reply.advisoryLeaseSeconds == nil)
    }

    @Test("no token sees the cubbyhole of another")
    func isolation() async throws {
        var mount = try await EngineHarness(Cubbyhole.kind)
        try await mount.write("x", ["owner": "tester"])
        mount.caller = caller("cubbyhole-of-other")
        await #expect(throws: EngineError.notFound) { try await mount.read("x") }
        await #expect(throws: EngineError.notFound) { try await mount.list("") }
        #expect(try await !mount.exists("x"))
        try await mount.write("x", ["owner": "other"])
        try await mount.delete("x")
        mount.caller = .tester
        #expect(try await mount.read("x").data == ["owner": "tester"])
    }

    @Test("everything lies below the token's cubbyhole id, where revocation deletes it")
    func layout() async throws {
        let mount = try await EngineHarness(Cubbyhole.kind)
        try await mount.write("a/b", ["k": "v"])
        #expect(try await mount.storage.scan("", limit: 10) == ["cubbyhole-of-tester/a/b"])
        try await mount.storage.deleteAll(below: "cubbyhole-of-tester/")
        await #expect(throws: EngineError.notFound) { try await mount.read("a/b") }
    }

    @Test("lists, pages and deletes work as in every key-value store")
    func listsAndDeletes() async throws {
        let mount = try await EngineHarness(Cubbyhole.kind)
        for path in ["b", "a/x", "c"] { try await mount.write(path, ["k": "v"]) }
        #expect(try await mount.list("").keys == ["a/", "b", "c"])
        #expect(try await mount.list("a").keys == ["x"])
        #expect(try await mount.list("", ["after": "a/", "limit": 1]).keys == ["b"])
        #expect(try await mount.delete("b").isEmpty)
        #expect(try await mount.list("").keys == ["a/", "c"])
    }

    @Test("a write without fields is refused")
    func emptyWrite() async throws {
        let mount = try await EngineHarness(Cubbyhole.kind)
        await #expect(throws: EngineError.badRequest("missing data fields")) { try await mount.write("x") }
    }

    @Test("the existence check tells create from update")
    func existence() async throws {
        let mount = try await EngineHarness(Cubbyhole.kind)
        #expect(try await !mount.exists("x"))
        try await mount.write("x", ["k": "v"])
        #expect(try await mount.exists("x"))
    }

    @Test(
        "a batch token has no cubbyhole",
        arguments: [.read, .update, .delete, .list] as [CofferFramework.Operation])
    func batchToken(operation: CofferFramework.Operation) async throws {
        let mount = try await EngineHarness(Cubbyhole.kind).called(by: caller(""))
        await #expect(
            throws: EngineError.badRequest("cubbyhole operations are only supported by \"service\" type tokens")
        ) { try await mount.run(operation, "x/", ["k": "v"]) }
    }

    @Test("without a token nothing is done")
    func noToken() async throws {
        let mount = try await EngineHarness(Cubbyhole.kind).called(by: nil)
        await #expect(throws: EngineError.permissionDenied) { try await mount.read("x") }
        await #expect(throws: EngineError.permissionDenied) { try await mount.write("x", ["k": "v"]) }
    }

    @Test("the path table is sound and the engine belongs to the server")
    func declaration() {
        #expect(PathTableValidator.findings(in: Cubbyhole().paths, named: "cubbyhole").isEmpty)
        #expect(Cubbyhole.kind.isBuiltIn)
    }
}
