import Testing

@testable import QuotaService

@Suite struct QuotaTableTests {
    private static func table(_ scopes: (String, QuotaScope, Bool)...) -> QuotaTable<String> {
        var table = QuotaTable<String>()
        for (name, scope, isInheritable) in scopes { table.add(name, for: scope, isInheritable: isInheritable) }
        return table
    }

    private static let full = table(
        ("global", QuotaScope(), true), ("mount", QuotaScope(mount: "auth/a/"), false),
        ("glob", QuotaScope(mount: "auth/a/", suffix: "log*"), false),
        ("longer glob", QuotaScope(mount: "auth/a/", suffix: "login/b*"), false),
        ("path", QuotaScope(mount: "auth/a/", suffix: "login/bob"), false),
        ("role", QuotaScope(mount: "auth/a/", role: "web"), false),
        ("namespace", QuotaScope(namespace: "n1/"), false),
        ("inheritable namespace", QuotaScope(namespace: "n2/"), true))

    @Test(
        "the most specific rule counts",
        arguments: [
            (QuotaScope(mount: "auth/a/", suffix: "login/bob", role: "web"), "role"),
            (QuotaScope(mount: "auth/a/", suffix: "login/bob", role: "other"), "path"),
            (QuotaScope(mount: "auth/a/", suffix: "login/bob/"), "path"),
            (QuotaScope(mount: "auth/a/", suffix: "login/ben"), "longer glob"),
            (QuotaScope(mount: "auth/a/", suffix: "login/al"), "glob"),
            (QuotaScope(mount: "auth/a/", suffix: "users/al"), "mount"),
            (QuotaScope(mount: "secret/", suffix: "login/bob"), "global"),
            (QuotaScope(suffix: "nowhere"), "global"),
            (QuotaScope(namespace: "n1/", mount: "auth/a/", suffix: "login/bob"), "namespace"),
            (QuotaScope(namespace: "n2/child/", mount: "secret/", suffix: "x"), "inheritable namespace"),
            (QuotaScope(namespace: "n1/child/", mount: "secret/", suffix: "x"), "global"),
            (QuotaScope(namespace: "n2x/", mount: "secret/", suffix: "x"), "global"),
        ])
    func specific(request: QuotaScope, name: String) {
        #expect(Self.full.find(request) == name)
    }

    @Test("without a rule that fits there is none")
    func none() {
        let table = Self.table(("mount", QuotaScope(mount: "a/"), false))
        #expect(table.find(QuotaScope(mount: "b/", suffix: "x")) == nil)
        #expect(table.find(QuotaScope(namespace: "n/", mount: "a/", suffix: "x")) == nil)
    }
}
