import CofferBase
import CofferJSON
import GoTemplate
import TestSupport
import Testing

@Suite("Functions for user names")
struct UsernameFunctionsTests {
    let clock = ManualClock(Timestamp(seconds: 1_767_225_661))

    func render(_ text: String) throws -> String {
        let functions = TemplateFunctions.usernames(clock: clock, random: .seeded(3))
        return try Template(text, functions: functions).render(["DisplayName": "token-web", "RoleName": "my-role"])
    }

    @Test(
        "Vault's functions",
        arguments: [
            ("{{.DisplayName | truncate 5}}", "token"), ("{{uppercase .RoleName}}", "MY-ROLE"),
            ("{{.RoleName | replace \"-\" \"_\" | lowercase}}", "my_role"), ("{{unix_time}}", "1767225661"),
            ("{{unix_time_millis}}", "1767225661000"),
            ("{{timestamp \"2006-01-02T15:04:05Z\"}}", "2026-01-01T00:01:01Z"),
            ("{{timestamp \"Mon Jan 2 03:04PM 06\"}}", "Thu Jan 1 12:01AM 26"), ("{{base64 \"hi\"}}", "aGk="),
            // SHA-256 of "abc", FIPS 180-2.
            ("{{sha256 \"abc\"}}", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ("{{truncate_sha256 20 .RoleName}}", "my-role"),
            ("{{\"abc\" | truncate_sha256 10}}", "abc"),
        ])
    func values(text: String, expected: String) throws {
        #expect(try render(text) == expected)
    }

    @Test("what truncate_sha256 cuts off leaves eight digits of the hash")
    func hashIsKept() throws {
        let name = try render("{{truncate_sha256 12 \"abcdefghijklmnopqrstuvwxyz\"}}")
        // SHA-256 of the alphabet begins with 71c480df (FIPS 180-2 examples).
        #expect(name == "abcd71c480df")
    }

    @Test("random parts have the length asked for and differ")
    func random() throws {
        let names = try render("{{random 20}} {{random 20}}").split(separator: " ")
        #expect(names.map(\.utf8.count) == [20, 20])
        #expect(names.first != names.last)
        #expect(try render("{{uuid}}").utf8.count == 36)
    }

    @Test("lengths out of range are refused", arguments: ["{{random 0}}", "{{random 100000}}", "{{truncate 0 \"a\"}}"])
    func lengths(text: String) {
        #expect(throws: TemplateError.self) { try render(text) }
    }

    @Test("Vault's template for PostgreSQL gives names of its form")
    func postgresName() throws {
        let name = try render(
            "{{ printf \"v-%s-%s-%s-%s\" (.DisplayName | truncate 8) (.RoleName | truncate 8) (random 20) "
                + "(unix_time) | truncate 63 }}")
        #expect(name.hasPrefix("v-token-we-my-role-"))
        #expect(name.hasSuffix("-1767225661"))
        #expect(name.utf8.count == 19 + 20 + 11)
    }
}
