import CofferBase
import CofferJSON
import EtcdClient
import Glibc
import NIOCore
import Testing

@Suite(.serialized) struct EtcdClientTests {
    private static func header(revision: UInt64) -> [UInt8] {
        var header = ProtobufMessage()
        header.add(1, UInt64.max - 5)
        header.add(3, revision)
        var message = ProtobufMessage()
        message.add(1, header.encoded())
        message.add(2, 1)
        return message.encoded()
    }

    /// What a transaction without operations comes to, from a server that answers like this.
    private static func outcome(
        limit: Duration = .seconds(5), _ answer: @escaping @Sendable (FakeEtcd.Call, Int) -> FakeEtcd.Reply
    ) async throws -> Result<EtcdVerdict, EtcdFailure> {
        let server = try await FakeEtcd(answer)
        let client = try EtcdClient(EtcdSettings(endpoints: [server.endpoint]))
        let result: Result<EtcdVerdict, EtcdFailure>
        do throws(EtcdFailure) {
            result = .success(try await client.commit(EtcdTransaction(), within: limit))
        } catch {
            result = .failure(error)
        }
        client.close()
        try await server.close()
        return result
    }

    @Test("an answer is taken apart, numbers of 64 bits included")
    func answer() async throws {
        let verdict = try await Self.outcome { _, _ in .message(Self.header(revision: 1 << 40)) }.get()
        #expect(verdict.succeeded && verdict.revision == 1 << 40 && verdict.cluster == UInt64.max - 5)
    }

    @Test(
        "a status is what it means: refused, or perhaps done",
        arguments: [
            (3, EtcdFailure.Kind.refused(3)), (7, .refused(7)), (8, .refused(8)), (11, .refused(11)),
            (14, .unavailable), (4, .unavailable), (2, .unavailable), (13, .unavailable),
        ])
    func statuses(_ status: Int, _ kind: EtcdFailure.Kind) async throws {
        let outcome = try await Self.outcome { _, _ in .status(status, "etcdserver: something") }
        #expect(throws: EtcdFailure(kind, "etcdserver: something")) { try outcome.get() }
    }

    @Test("a hostile server does no harm")
    func hostile() async throws {
        let replies: [FakeEtcd.Reply] = [
            // A message of 4 GiB, one that is compressed, none, half of one, and what is no message.
            .raw([0, 0xff, 0xff, 0xff, 0xff, 1]), .raw([1, 0, 0, 0, 1, 1]), .raw([]), .raw([0, 0, 0, 0, 9, 1]),
            .raw([0, 0, 0, 0, 1, 0xff]), .http("404"), .status(0, ""),
            .message([0x1a, 2, 0x0a, 0xff]),
        ]
        for (place, reply) in replies.enumerated() {
            let outcome = try await Self.outcome { _, _ in reply }
            guard case .failure(let failure) = outcome else {
                Issue.record("reply \(place) was taken")
                continue
            }
            #expect(failure.kind == .malformed, "reply \(place): \(failure)")
        }
    }

    @Test("silence ends in time, and nobody knows what became of the request")
    func silence() async throws {
        let outcome = try await Self.outcome(limit: .milliseconds(50)) { _, _ in .silence }
        guard case .failure(let failure) = outcome else {
            Issue.record("an answer came")
            return
        }
        #expect(failure.kind == .lost)
    }

    @Test("what is repeatable is asked of the next server; what is not is asked once")
    func failover() async throws {
        let broken = try await FakeEtcd { _, _ in .status(14, "etcdserver: no leader") }
        let good = try await FakeEtcd { _, _ in .message(Self.header(revision: 7)) }
        let settings = EtcdSettings(endpoints: [broken.endpoint, good.endpoint])
        let client = try EtcdClient(settings)
        await #expect(throws: EtcdFailure.self) { try await client.commit(EtcdTransaction()) }
        #expect(broken.calls.count == 1 && good.calls.isEmpty)
        let other = try EtcdClient(settings)
        #expect(try await other.commit(EtcdTransaction(), isRepeatable: true).revision == 7)
        #expect(broken.calls.count == 2 && good.calls.count == 1)
        client.close()
        other.close()
        await #expect(throws: EtcdFailure.self) { try await other.commit(EtcdTransaction()) }
        try await broken.close()
        try await good.close()
    }

    @Test("a cluster that is looking for its leader is asked until it has one")
    func patience() async throws {
        let outcome = try await Self.outcome { _, number in
            number < 6 ? .status(14, "etcdserver: no leader") : .message(Self.header(revision: 9))
        }
        #expect(throws: EtcdFailure.self) { try outcome.get() }
        let server = try await FakeEtcd { _, number in
            number < 6 ? .status(14, "etcdserver: no leader") : .message(Self.header(revision: 9))
        }
        let client = try EtcdClient(EtcdSettings(endpoints: [server.endpoint]))
        #expect(try await client.commit(EtcdTransaction(), isRepeatable: true).revision == 9)
        client.close()
        try await server.close()
    }

    @Test("a token is asked for once, and again when the server no longer knows it")
    func tokens() async throws {
        let server = try await FakeEtcd { call, number in
            if call.path == "/etcdserverpb.Auth/Authenticate" {
                var message = ProtobufMessage()
                message.add(2, "token-\(number)")
                return .message(message.encoded())
            }
            return number == 4 ? .status(16, "etcdserver: invalid auth token") : .message(Self.header(revision: 1))
        }
        var settings = EtcdSettings(endpoints: [server.endpoint])
        (settings.username, settings.password) = ("u", "p")
        let client = try EtcdClient(settings)
        for _ in 0..<3 { _ = try await client.commit(EtcdTransaction()) }
        #expect(server.calls.map(\.token) == [nil, "token-1", "token-1", "token-1", nil, "token-5"])
        client.close()
        try await server.close()
    }

    @Test("the time that reaching a server takes is not the call's: nothing is given up that was not sent")
    func slowGreeting() async throws {
        let server = try await FakeEtcd(greetsAfter: .seconds(2)) { _, _ in .message(Self.header(revision: 7)) }
        let client = try EtcdClient(EtcdSettings(endpoints: [server.endpoint]))
        #expect(try await client.commit(EtcdTransaction(), within: .seconds(1)).revision == 7)
        client.close()
        try await server.close()
    }

    @Test("thousands of calls on one connection, with the pings that a real server sends for them")
    func pings() async throws {
        guard let text = getenv("COFFER_TEST_ETCD").map({ String(cString: $0) }),
            let address = try JSON.parse(Array(text.utf8)).objectValue?["address"]?.stringValue,
            let endpoint = EtcdEndpoint(address)
        else {
            Issue.record("no etcd; run this through scripts/with-databases")
            return
        }
        let client = try EtcdClient(EtcdSettings(endpoints: [endpoint]))
        let ranges = EtcdTransaction(success: [.range(EtcdRange([0x2f]))])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<250 { _ = try await client.commit(ranges) }
                }
            }
            try await group.waitForAll()
        }
        let (version, errors) = try await client.status()
        #expect(version.hasPrefix("3.") && errors.isEmpty)
        #expect(try await client.members().count == 1)
        client.close()
    }
}
