import CofferFramework
import KVEngine
import TestSupport
import Testing

@Suite struct KVKindTests {
    @Test("the mount option version chooses the engine", arguments: [nil, "", "1"])
    func versionOneIsTheDefault(version: String?) async throws {
        let mount = try await EngineHarness(KV.kind, options: version.map { ["version": $0] } ?? [:])
        #expect(mount.engine is KVVersion1)
        #expect(try await versionedMount().engine is KVVersion2)
    }

    @Test("a version that does not exist is refused with the choices", arguments: ["0", "3", "two", "2 "])
    func unknownVersion(version: String) throws {
        #expect(
            throws: EngineError.badRequest("unknown version of the kv engine; option version must be 1 or 2")
        ) { try KV.kind.checkOptions(["version": version]) }
    }

    @Test("the former name of the engine has version 1 only")
    func generic() async throws {
        #expect(try await EngineHarness(KV.genericKind).engine is KVVersion1)
        #expect(throws: EngineError.self) { try KV.genericKind.checkOptions(["version": "2"]) }
    }

    @Test("options are handed back as they came")
    func optionsStay() throws {
        #expect(try KV.kind.checkOptions(["version": "2", "other": "x"]) == ["version": "2", "other": "x"])
    }

    @Test("both path tables are sound")
    func soundTables() {
        #expect(PathTableValidator.findings(in: KVVersion1().paths, named: "kv-v1").isEmpty)
        #expect(PathTableValidator.findings(in: KVVersion2().paths, named: "kv-v2").isEmpty)
    }
}
