import DatabasePluginConformance
import RedisDatabase
import Testing

@Suite("Redis as a database plugin", .serialized)
struct RedisDatabaseTests {
    static let fixture = DatabaseFixture(
        Redis.kind, variable: "COFFER_TEST_REDIS",
        creation: ["~* +@read"],
        failing: [
            "~* +@read",
            "+@nonsense",
        ])

    @Test(
        "the conformance kit", .enabled(if: Self.fixture != nil, "no server; ./test starts one"),
        arguments: DatabasePluginCheck.all)
    func conforms(check: DatabasePluginCheck) async throws {
        try await check.run(try #require(Self.fixture))
    }
}
