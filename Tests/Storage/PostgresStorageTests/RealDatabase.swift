import CofferBase
import CofferJSON
import CofferStorage
import Glibc
import PostgresClient
import PostgresStorage
import Synchronization

/// The PostgreSQL that the test script starts, with tables of its own for each test.
///
/// A suite that needs it fails when it is missing: what was not tested must not look as if it were.
enum RealDatabase {
    struct Missing: Error, CustomStringConvertible {
        var description: String { "no PostgreSQL; run this through scripts/with-databases" }
    }

    private static let next = Atomic(0)

    static func url() throws -> String {
        guard let text = getenv("COFFER_TEST_POSTGRES").map({ String(cString: $0) }),
            let details = try? JSON.parse(Array(text.utf8)).objectValue,
            let url = details["connection_url"]?.stringValue, let user = details["username"]?.stringValue,
            let password = details["password"]?.stringValue
        else { throw Missing() }
        return url.replacing("{{username}}", with: user).replacing("{{password}}", with: password)
    }

    /// Options with tables that nobody else uses. The test's server runs without fsync, for speed.
    static func options() throws -> PostgresOptions {
        var options = PostgresOptions(connectionURL: try url())
        let number = next.add(1, ordering: .relaxed).newValue
        options.table = "t\(getpid())_\(number)"
        options.leaderTable = "l\(getpid())_\(number)"
        options.parallelReads = 3
        options.acceptsUnsafeServer = true
        return options
    }

    static func link() throws -> PostgresLink {
        try PostgresLink(PostgresSettings(try url()), within: .seconds(5))
    }

    /// As an operator does it by hand.
    static func run(_ sql: String) throws { try link().run(sql) }
}
