import CofferFramework
import Testing

@testable internal import AuditService

@Suite struct AuditFilterTests {
    private let facts = AuditFilter.Facts(
        mountPoint: "secret/", mountType: "kv", namespace: "", operation: "read", path: "secret/data/app/db")

    @Test(
        "what matches",
        arguments: [
            "mount_type == kv", "mount_type == \"kv\"", "mount_type == `kv`", "mount_point == \"secret/\"",
            "mount_point == secret/", "operation != update", "\"app\" in path", "path contains \"data/app\"",
            "path matches \"^secret/data/.*\"", "path matches `^secret/\\w+/app/(db|cache)$`",
            "mount_type == kv and operation == read", "mount_type == pki or operation == read",
            "not mount_type == pki", "not (mount_type == pki or operation == update)", "\"x\" not in path",
            "path not contains zzz", "path not matches \"^sys/\"", "namespace is empty", "path is not empty",
            "\"/request/mount_type\" == kv", "\"/request/namespace/path\" == \"\"",
            // `and` binds stronger than `or`.
            "operation == read or operation == update and mount_type == pki",
        ])
    func matching(_ text: String) throws {
        #expect(try AuditFilter(text, option: "filter").matches(facts))
    }

    @Test(
        "what does not match",
        arguments: [
            "mount_type == KV", "mount_type != kv", "operation == \"\"", "\"nosuch\" in path",
            "path matches \"^data/\"",
            "mount_type == kv and operation == update", "not mount_type == kv", "namespace is not empty",
            "(operation == read or operation == update) and mount_type == pki",
        ])
    func notMatching(_ text: String) throws {
        #expect(try !AuditFilter(text, option: "filter").matches(facts))
    }

    @Test(
        "what is no filter, and is not shown in the refusal",
        arguments: [
            "canary", "canary == kv", "mount_type ==", "mount_type = canary", "(mount_type == canary",
            "mount_type == canary)", "mount_type == \"canary", "mount_type == canary and", "path matches \"[canary\"",
            "path is canary", "mount_type == canary operation == read", "auth == canary", "and", "{canary}",
            String(repeating: "(", count: 60) + "path == canary" + String(repeating: ")", count: 60),
        ])
    func refused(_ text: String) throws {
        let error = #expect(throws: EngineError.self) { try AuditFilter(text, option: "filter") }
        #expect(error?.kind == .badRequest)
        #expect(error?.texts.joined().contains("canary") == false)
        #expect(error?.texts.joined().contains("filter") == true)
    }
}
