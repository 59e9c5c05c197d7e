import CofferBase
import CofferJSON
import CofferStorage
import EtcdClient
import EtcdStorage
import Glibc
import Synchronization

/// The etcd that the test script starts, with keys of its own for each test.
///
/// A suite that needs it fails when it is missing: what was not tested must not look as if it were.
enum RealEtcd {
    struct Missing: Error, CustomStringConvertible {
        var description: String { "no etcd; run this through scripts/with-databases" }
    }

    private static let next = Atomic(0)

    static func settings() throws -> EtcdSettings {
        guard let text = getenv("COFFER_TEST_ETCD").map({ String(cString: $0) }),
            let details = try? JSON.parse(Array(text.utf8)).objectValue,
            let url = details["address"]?.stringValue, let endpoint = EtcdEndpoint(url)
        else { throw Missing() }
        return EtcdSettings(endpoints: [endpoint])
    }

    /// The whole test run shares the processors with it.
    static func patient(_ options: inout EtcdOptions) {
        (options.callLimit, options.termLimit) = (.seconds(20), .seconds(20))
        (options.settings.callLimit, options.settings.connectLimit) = (.seconds(20), .seconds(20))
    }

    /// Options with a path that nobody else uses.
    static func options() throws -> EtcdOptions {
        var options = EtcdOptions(try settings())
        patient(&options)
        options.path = "/test/\(getpid())/\(next.add(1, ordering: .relaxed).newValue)/"
        return options
    }

    static func client() throws -> EtcdClient { try EtcdClient(settings()) }
}

extension RealEtcd {
    /// One of our keys that is no entry: `lock`, `meta`, `generation`.
    static func entry(_ name: String, _ options: EtcdOptions) async throws -> EtcdEntry? {
        let range = EtcdRange(Array((options.path + name).utf8))
        return try await client().commit(EtcdTransaction(success: [.range(range)])).entry(0)
    }

    /// As an operator does it by hand.
    static func delete(_ name: String, _ options: EtcdOptions) async throws {
        _ = try await client().commit(EtcdTransaction(success: [.delete(key: Array((options.path + name).utf8))]))
    }

    /// How many keys there are below a part of our path.
    static func count(_ part: String, _ options: EtcdOptions) async throws -> Int {
        var range = EtcdRange(prefix: Array((options.path + part).utf8))
        range.keysOnly = true
        return try await client().commit(EtcdTransaction(success: [.range(range)])).page(0)?.entries.count ?? 0
    }
}
