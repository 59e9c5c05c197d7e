import CofferBase
import CofferJSON
import Glibc
import MariaDBClient
import SQLClient
import Testing

/// What is quoted comes back from a real server as it was.
@Suite("Quoting, asked of MariaDB")
struct MariaDBQuotingTests {
    private static let settings: MariaDBSettings? = {
        guard let text = getenv("COFFER_TEST_MARIADB").map({ String(cString: $0) }),
            let details = try? JSON.parse(Array(text.utf8)).objectValue,
            let url = details["connection_url"]?.stringValue, let user = details["username"]?.stringValue,
            let password = details["password"]?.stringValue
        else { return nil }
        return MariaDBSettings(url.replacing("{{username}}", with: user).replacing("{{password}}", with: password))
    }()

    @Test(
        "a literal is its text, for thousands of hostile ones",
        .enabled(if: Self.settings != nil, "no server; ./test starts one"))
    func roundTrip() throws {
        let link = try MariaDBLink(try #require(Self.settings))
        let pieces = [
            "'", "''", "\"", "\\", "\\'", "`", ";", "--", "/*", "#", "{{name}}", "\n", "%", "é", "漢", "a", " ",
        ]
        var state: UInt64 = 42
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<6 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int((state >> 33) % UInt64(pieces.count))]
            }
            #expect(try link.run("SELECT \(SQLDialect.mariadb.literal(text))") == [[text]])
        }
    }
}
