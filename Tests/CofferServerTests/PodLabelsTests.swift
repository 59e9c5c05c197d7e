import CofferBarrier
import CofferBase
import CofferCore
import CofferJSON
import CofferStorage
import Glibc
import HTTPClient
import Logging
import MemoryStorage
import RegistrationService
import ServerHarness
import Synchronization
import TestSupport
import Testing

@testable import CofferServer

/// The API server of a Kubernetes cluster: keeps what it is told of a pod.
private final class PodAPI: Sendable {
    private let state = Mutex<[String: String]>([:])

    var labels: [String: String] { state.withLock { $0 } }

    func send(_ call: HTTPCall) -> HTTPAnswer {
        for operation in (try? JSON.parse(call.body).arrayValue) ?? [] {
            let name = String((operation["path"]?.stringValue ?? "").dropFirst("/metadata/labels/".count))
            state.withLock { $0[name] = operation["value"]?.stringValue }
        }
        return HTTPAnswer(status: 200)
    }
}

@Suite struct PodLabelsTests {
    private let storage = MemoryStorage()
    private let clock = ManualClock()

    private func node(_ id: String, _ election: MemoryElection, reads: Bool = false) -> ServerHarness {
        let clock = clock
        var settings = ClusterSettings(id: id) {
            ClusterCertificate(authority: "a", certificate: "c", key: SecretBytes(copying: Array("k".utf8)))
        }
        settings.steady = { clock.now - Timestamp(seconds: 0) }
        if reads { settings.feed = storage }
        return ServerHarness(storage: storage, clock: clock, cluster: Cluster(settings, election: election))
    }

    /// What the cluster is told of a node.
    private func told(_ node: ServerHarness) async throws -> [String: String] {
        var template = Array("/tmp/coffer-pod-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        let descriptor = open(folder + "/token", O_WRONLY | O_CREAT, 0o600)
        #expect(write(descriptor, "t", 1) == 1)
        close(descriptor)
        let api = PodAPI()
        let pod = try KubernetesPod(
            namespace: "vault", name: "coffer-0", environment: [:], folder: folder
        ) { (call) async throws(HTTPFailure) in api.send(call) }
        let (core, sleeper) = (node.core, ManualClock())
        let registration = KubernetesRegistration(
            pod, clock: sleeper, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { await core.podLabels }
        await registration.start()
        await sleeper.waitForSleepers(1)
        defer { Task { await registration.stop() } }
        return api.labels
    }

    private func labels(active: Bool, initialized: Bool, sealed: Bool, reads: Bool = false) -> [String: String] {
        [
            "vault-active": "\(active)", "vault-initialized": "\(initialized)", "vault-sealed": "\(sealed)",
            "vault-perf-standby": "\(reads)", "vault-version": "1.21.1",
        ]
    }

    @Test("the labels tell a leader, a standby, one that answers reads, and a sealed node apart")
    func states() async throws {
        let election = MemoryElection(storage, clock: clock)
        let (a, b, c) = (node("a", election), node("b", election), node("c", election, reads: true))
        #expect(try await told(a) == labels(active: false, initialized: false, sealed: true))
        let made = try await a.core.initialize(
            InitializationPlan(SealConfiguration(shares: 1, threshold: 1), rootTokenID: "root"))
        #expect(try await told(b) == labels(active: false, initialized: true, sealed: true))
        for node in [a, b, c] { try await node.core.unseal(with: made.shares[0]) }
        #expect(try await told(a) == labels(active: true, initialized: true, sealed: false))
        #expect(try await told(b) == labels(active: false, initialized: true, sealed: false))
        _ = await c.send("GET", "auth/token/lookup-self")
        #expect(try await told(c) == labels(active: false, initialized: true, sealed: false, reads: true))
        for node in [c, b] { await node.core.sealNow() }
        #expect(try await told(b) == labels(active: false, initialized: true, sealed: true))
        await a.core.sealNow()
    }
}
