import DatabasePluginConformance
import PostgresDatabase
import Testing

@Suite("Postgres as a database plugin", .serialized)
struct PostgresDatabaseTests {
    static let fixture = DatabaseFixture(
        Postgres.kind, variable: "COFFER_TEST_POSTGRES",
        creation: ["CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"],
        failing: [
            "CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'",
            "GRANT nonsense TO \"{{name}}\"",
        ])

    @Test(
        "the conformance kit", .enabled(if: Self.fixture != nil, "no server; ./test starts one"),
        arguments: DatabasePluginCheck.all)
    func conforms(check: DatabasePluginCheck) async throws {
        try await check.run(try #require(Self.fixture))
    }
}
