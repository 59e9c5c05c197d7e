import CofferFramework
import Testing

@Suite struct IdentityTemplateTests {
    private static let view = IdentityView(
        entityID: "e-1", entityName: "alice", metadata: ["team": "red", "bad": "a/b", "none": "", "dot.ted": "yes"],
        aliases: [
            .init(
                id: "a-1", mountAccessor: "auth_one_1", name: "alice1", metadata: ["uid": "1001"], customMetadata: [:]),
            .init(
                id: "a-2", mountAccessor: "auth_two_2", name: "alice2", metadata: [:],
                customMetadata: ["desk": "7"]),
        ],
        groups: [
            .init(id: "g-1", name: "ops", metadata: ["floor": "3"]), .init(id: "g-2", name: "dev.ops", metadata: [:]),
        ])

    private func fill(_ text: String, separator: Character? = nil) -> IdentityTemplate.Outcome? {
        IdentityTemplate(text)?.fill(from: Self.view, separator: separator)
    }

    @Test(
        "every documented name is filled in",
        arguments: [
            ("{{identity.entity.id}}", "e-1"), ("{{ identity.entity.name }}", "alice"),
            ("{{identity.entity.metadata.team}}", "red"), ("{{identity.entity.metadata.dot.ted}}", "yes"),
            ("{{identity.entity.aliases.auth_two_2.id}}", "a-2"),
            ("{{identity.entity.aliases.auth_two_2.name}}", "alice2"),
            ("{{identity.entity.aliases.auth_one_1.metadata.uid}}", "1001"),
            ("{{identity.entity.aliases.auth_two_2.custom_metadata.desk}}", "7"),
            ("{{identity.groups.ids.g-1.name}}", "ops"), ("{{identity.groups.ids.g-1.metadata.floor}}", "3"),
            ("{{identity.groups.names.ops.id}}", "g-1"), ("{{identity.groups.names.ops.metadata.floor}}", "3"),
            ("{{identity.groups.names.dev.ops.id}}", "g-2"),
            ("a/{{identity.entity.id}}/b/{{identity.entity.name}}/*", "a/e-1/b/alice/*"), ("plain/*", "plain/*"),
        ])
    func names(text: String, filled: String) { #expect(fill(text) == .filled(filled)) }

    @Test(
        "a part that the identity lacks is missing",
        arguments: [
            "{{identity.entity.metadata.other}}", "{{identity.entity.aliases.auth_three_3.name}}",
            "{{identity.entity.aliases.auth_two_2.metadata.uid}}", "{{identity.groups.names.admins.id}}",
            "{{identity.groups.ids.g-9.name}}",
        ])
    func missing(text: String) {
        #expect(fill(text) == .missing)
        #expect(IdentityTemplate(text)?.fill(from: nil) == .missing)
    }

    @Test("a value that is a path, a wildcard, empty or a map is refused")
    func refused() {
        let values = ["a/b", "*", "a*", "+", "a+b", "", ".", "..", "a\nb"]
        for value in values {
            let view = IdentityView(entityID: "e", entityName: "n", metadata: ["k": value], aliases: [], groups: [])
            let outcome = IdentityTemplate("x/{{identity.entity.metadata.k}}")?.fill(from: view)
            #expect(outcome == .refused, "\(value)")
        }
        #expect(fill("{{identity.entity.metadata}}") == .refused)
        #expect(fill("{{identity.entity.groups.names}}") == .refused)
    }

    @Test("where the text is a list a value with its separator is refused")
    func separator() {
        let view = IdentityView(entityID: "e", entityName: "a,b", metadata: [:], aliases: [], groups: [])
        let template = IdentityTemplate("{{identity.entity.name}}")
        #expect(template?.fill(from: view) == .filled("a,b"))
        #expect(template?.fill(from: view, separator: ",") == .refused)
    }

    @Test(
        "braces that do not match and names without meaning make no template",
        arguments: [
            "{{identity.entity.id", "identity.entity.id}}", "{{}}", "{{identity.entity}}", "{{identity.entity.other}}",
            "{{identity.groups.ids.x}}", "{{identity.entity.aliases..name}}", "{{token.id}}",
        ])
    func unreadable(text: String) { #expect(IdentityTemplate(text) == nil) }
}
