import CofferFramework
internal import CofferJSON
import KVEngine
import TestSupport
import Testing

@Suite struct InvalidPathTests {
    @Test(
        "a request without data/ or metadata/ is a 404 with a warning and no data",
        arguments: [.read, .update, .patch, .delete, .list] as [CofferFramework.Operation])
    func warns(operation: CofferFramework.Operation) async throws {
        let reply = try await versionedMount().run(operation, "app/one", [:])
        #expect(reply.status == 404)
        #expect(reply.data == nil)
        #expect(reply.warnings.count == 1)
        #expect(reply.headers.first?.name == "X-Coffer-Hint")
        #expect(reply.headers.first?.value.hasSuffix("mount/data/app/one") == true)
        #expect(reply.warnings.first?.hasPrefix("Invalid path for a versioned K/V secrets engine.") == true)
    }

    @Test("a list of the mount itself is told the same")
    func root() async throws {
        #expect(try await versionedMount().list("").status == 404)
    }

    @Test("an operation that a known path does not offer is told so")
    func unsupported() async throws {
        let mount = try await versionedMount()
        await #expect(throws: EngineError.unsupportedOperation) { try await mount.list("data/app") }
        await #expect(throws: EngineError.unsupportedOperation) { try await mount.read("delete/app") }
        await #expect(throws: EngineError.unsupportedOperation) { try await mount.delete("config") }
    }
}
