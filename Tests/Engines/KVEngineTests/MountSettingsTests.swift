import CofferFramework
import CofferJSON
import KVEngine
import TestSupport
import Testing

@Suite struct MountSettingsTests {
    @Test("the settings have the contract's defaults")
    func defaults() async throws {
        let mount = try await versionedMount()
        #expect(
            try await mount.read("config").data
                == object(#"{"cas_required":false,"delete_version_after":"0s","max_versions":0}"#))
    }

    @Test("a write answers nothing and changes only what was given")
    func writes() async throws {
        let mount = try await versionedMount()
        #expect(try await mount.write("config", ["max_versions": 5, "cas_required": "true"]).isEmpty)
        #expect(try await mount.write("config", ["delete_version_after": "90m"]).isEmpty)
        #expect(
            try await mount.read("config").data
                == object(#"{"cas_required":true,"delete_version_after":"1h30m0s","max_versions":5}"#))
    }

    @Test(
        "lifetimes are read as Go durations, numbers or text",
        arguments: [
            ("3600", "1h0m0s"), ("\"3600\"", "1h0m0s"), ("\"2d\"", "48h0m0s"), ("\"\"", "0s"), ("null", "0s"),
            ("-5", "-1s"), ("\"-5m\"", "-1s"), ("\"-500ms\"", "-1s"),
        ])
    func lifetimes(given: String, shown: String) async throws {
        let mount = try await versionedMount()
        try await mount.write("config", object("{\"delete_version_after\":\(given)}"))
        #expect(try await mount.read("config").data?["delete_version_after"] == .string(shown))
    }

    @Test(
        "settings that cannot be are refused",
        arguments: [
            #"{"max_versions":-1}"#, #"{"max_versions":"many"}"#, #"{"delete_version_after":"soon"}"#,
            #"{"delete_version_after":99999999999}"#, #"{"cas_required":"perhaps"}"#,
        ])
    func refused(body: String) async throws {
        let mount = try await versionedMount()
        let error = await #expect(throws: EngineError.self) { try await mount.write("config", object(body)) }
        #expect(error?.kind == .badRequest)
        #expect(try await mount.read("config").data?["max_versions"] == 0)
    }
}
