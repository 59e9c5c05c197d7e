import CofferJSON
import CofferStorage
import EtcdStorage
import Glibc
import StorageConformance
import Testing

/// An etcd with TLS, client certificates and accounts.
@Suite(.serialized) struct SecureEtcdTests {
    private static func options(
        _ change: (inout EtcdOptions.Access) -> Void = { _ in }
    ) throws -> EtcdOptions {
        guard let text = getenv("COFFER_TEST_SECURE_ETCD").map({ String(cString: $0) }),
            let details = try? JSON.parse(Array(text.utf8)).objectValue, let address = details["address"]?.stringValue
        else { throw RealEtcd.Missing() }
        var access = EtcdOptions.Access()
        access.username = details["username"]?.stringValue ?? ""
        access.password = details["password"]?.stringValue ?? ""
        access.authorityFile = details["tls_ca_file"]?.stringValue ?? ""
        access.certificateFile = details["tls_cert_file"]?.stringValue ?? ""
        access.keyFile = details["tls_key_file"]?.stringValue ?? ""
        change(&access)
        var options = try EtcdOptions(addresses: [address], access: access)
        options.path = try RealEtcd.options().path
        RealEtcd.patient(&options)
        return options
    }

    @Test("keeps the storage contract with an account that may use its path only", arguments: StorageCheck.all)
    func contract(_ check: StorageCheck) async throws {
        let options = try Self.options()
        try await check.run(StorageFixture(isPersistent: true) { try await EtcdStorage.open(options) })
    }

    @Test("leadership is taken, kept and given back with an account")
    func leadership() async throws {
        let storage = try await EtcdStorage.open(Self.options())
        let candidate = EtcdElectionTests.candidate(1)
        let epoch = try #require(try await storage.acquire(candidate, for: .seconds(60)))
        #expect(try await storage.renew(epoch, candidate, for: .seconds(60)))
        #expect(try await storage.leader()?.epoch == epoch)
        try await storage.release(epoch, candidate)
        #expect(try await storage.leader() == nil)
        await storage.close()
    }

    @Test("another path than the account's, a wrong password, no certificate and a strange authority are refused")
    func refusals() async throws {
        var elsewhere = try Self.options()
        elsewhere.path = "/elsewhere/"
        let wrong = [
            (elsewhere, "permission denied"), (try Self.options { $0.password = "wrong" }, "authentication failed"),
            (try Self.options { $0.username = "" }, ""),
            (try Self.options { ($0.certificateFile, $0.keyFile) = ("", "") }, "TLS: the server wants a client"),
            (try Self.options { $0.authorityFile = $0.certificateFile }, "TLS: the server's certificate is not"),
            (try Self.options { $0.keyFile = "" }, "needs its key"),
            (try Self.options { $0.authorityFile = "/nowhere" }, "cannot be read"),
        ]
        for (options, text) in wrong {
            let refusal = await #expect(throws: StorageOpenError.self, "\(text)") {
                try await EtcdStorage.open(options)
            }
            #expect(refusal?.description.contains(text) == true || text.isEmpty, "\(String(describing: refusal))")
            #expect(refusal?.description.contains("wrong") != true)
        }
    }
}
