import DatabasePluginConformance
import MariaDBDatabase
import Testing

@Suite("MariaDB as a database plugin", .serialized)
struct MariaDBDatabaseTests {
    static let fixture = DatabaseFixture(
        MariaDB.kind, variable: "COFFER_TEST_MARIADB",
        creation: ["CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'"],
        failing: [
            "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'",
            "GRANT nonsense TO '{{name}}'@'%'",
        ])

    @Test(
        "the conformance kit", .enabled(if: Self.fixture != nil, "no server; ./test starts one"),
        arguments: DatabasePluginCheck.all)
    func conforms(check: DatabasePluginCheck) async throws {
        try await check.run(try #require(Self.fixture))
    }
}
