import CofferBase
import CofferFramework
import CofferJSON
import Testing

@testable internal import AuditService

@Suite struct AuditOptionsTests {
    @Test("the defaults of the family")
    func defaults() throws {
        let options = try AuditOptions(["file_path": "stdout"])
        #expect(!options.isRaw)
        #expect(options.hashesAccessors)
        #expect(!options.elidesLists)
        #expect(!options.isFallback)
        #expect(options.filter == nil)
        #expect(options.exclusion == nil)
    }

    @Test(
        "a wrong option is refused by name, without its value",
        arguments: [
            ["log_raw": "canary"], ["hmac_accessor": "canary"], ["elide_list_responses": "canary"],
            ["fallback": "canary"], ["format": "canary"], ["format": "jsonx"], ["prefix": "canary"],
            ["filter": "canary"], ["exclude": "canary"], ["exclude": "[{}]"],
            ["exclude": "[{\"fields\":[\"canary\"]}]"], ["exclude": "[{\"fields\":[\"/request\"]}]"],
            ["exclude": "[{\"fields\":[\"/request/id\"]}]"], ["exclude": "[{\"fields\":[\"/time\"]}]"],
            ["exclude": "[{\"condition\":\"canary\",\"fields\":[\"/request/data\"]}]"],
            ["fallback": "true", "filter": "mount_type == kv"],
        ])
    func refusals(_ options: [String: String]) {
        let error = #expect(throws: EngineError.self) { try AuditOptions(options) }
        #expect(error?.kind == .badRequest)
        #expect(error?.texts.joined().contains("canary") == false)
    }

    @Test("fields are left out under their condition only")
    func exclusion() throws {
        let text = """
            [{"condition":"\\"/request/mount_type\\" == transit","fields":["/request/data","/response/data/a~1b"]},
             {"fields":["/auth/metadata"]}]
            """
        let exclusion = try AuditExclusion(text)
        let line = Array(
            """
            {"type":"response","auth":{"metadata":{"a":"b"},"x":1},"request":{"id":"1","data":{"k":"v"}},\
            "response":{"data":{"a/b":"c","d":"e"}}}

            """.utf8)
        let transit = AuditFilter.Facts(
            mountPoint: "transit/", mountType: "transit", namespace: "", operation: "update", path: "transit/x")
        let other = AuditFilter.Facts(
            mountPoint: "secret/", mountType: "kv", namespace: "", operation: "update", path: "secret/x")
        #expect(
            String(decoding: exclusion.applied(to: line, transit), as: UTF8.self)
                == "{\"type\":\"response\",\"auth\":{\"x\":1},\"request\":{\"id\":\"1\"},"
                + "\"response\":{\"data\":{\"d\":\"e\"}}}\n")
        #expect(
            String(decoding: exclusion.applied(to: line, other), as: UTF8.self)
                == "{\"type\":\"response\",\"auth\":{\"x\":1},\"request\":{\"id\":\"1\",\"data\":{\"k\":\"v\"}},"
                + "\"response\":{\"data\":{\"a/b\":\"c\",\"d\":\"e\"}}}\n")
    }
}
