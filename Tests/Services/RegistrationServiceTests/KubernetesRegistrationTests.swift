import CofferBase
import CofferJSON
import Glibc
import HTTPClient
import Logging
import RegistrationService
import Synchronization
import TestSupport
import Testing

/// The API of a cluster with one pod.
private final class Cluster: Sendable {
    private struct State {
        var labels: [String: String] = ["app": "coffer"]
        var calls: [HTTPCall] = []
        var isDown = false
    }

    private let state = Mutex(State())

    var labels: [String: String] { state.withLock { $0.labels } }
    var calls: [HTTPCall] { state.withLock { $0.calls } }
    func fail(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    func send(_ call: HTTPCall) -> HTTPAnswer {
        state.withLock { state in
            state.calls.append(call)
            if state.isDown { return HTTPAnswer(status: 500) }
            for operation in (try? JSON.parse(call.body).arrayValue) ?? [] {
                let path = operation["path"]?.stringValue ?? ""
                state.labels[String(path.dropFirst("/metadata/labels/".count))] = operation["value"]?.stringValue
            }
            return HTTPAnswer(status: 200)
        }
    }
}

@Suite struct KubernetesRegistrationTests {
    private let cluster = Cluster()
    private let clock = ManualClock()

    private func folder() throws -> String {
        var template = Array("/tmp/coffer-pod-XXXXXX".utf8CString)
        let path = try #require(mkdtemp(&template).map { String(cString: $0) })
        for (name, text) in [("token", "a-token\n"), ("namespace", "vault")] {
            let descriptor = open(path + "/" + name, O_WRONLY | O_CREAT, 0o600)
            #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
            close(descriptor)
        }
        return path
    }

    private func pod(_ environment: [String: String] = ["VAULT_K8S_POD_NAME": "coffer-0"]) throws -> KubernetesPod {
        let cluster = cluster
        return try KubernetesPod(namespace: "", name: "", environment: environment, folder: try folder()) {
            (call) async throws(HTTPFailure) in cluster.send(call)
        }
    }

    private func registration(_ state: @escaping @Sendable () async -> PodLabels) throws -> KubernetesRegistration {
        KubernetesRegistration(
            try pod(), clock: clock, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, state: state)
    }

    @Test("labels follow the server, other labels stay, and the end is told")
    func life() async throws {
        let isSealed = Mutex(true)
        let registration = try registration {
            let isSealed = isSealed.withLock { $0 }
            return PodLabels(isActive: !isSealed, isInitialized: true, isSealed: isSealed, version: "1.21.1+x")
        }
        await registration.start()
        await clock.waitForSleepers(1)
        #expect(
            cluster.labels == [
                "app": "coffer", "vault-active": "false", "vault-initialized": "true", "vault-perf-standby": "false",
                "vault-sealed": "true", "vault-version": "1.21.1.x",
            ])
        let call = try #require(cluster.calls.first)
        #expect(call.method == "PATCH" && call.target == "/api/v1/namespaces/vault/pods/coffer-0")
        #expect(call.headers.contains { $0.name == "Authorization" && $0.value == "Bearer a-token" })
        isSealed.withLock { $0 = false }
        clock.advance(by: .seconds(1))
        await clock.waitForSleepers(1)
        #expect(cluster.labels["vault-active"] == "true" && cluster.labels["vault-sealed"] == "false")
        clock.advance(by: .seconds(1))
        await clock.waitForSleepers(1)
        #expect(cluster.calls.count == 2)
        await registration.stop()
        #expect(cluster.labels["vault-active"] == "false" && cluster.labels["vault-sealed"] == "true")
    }

    @Test("what the cluster did not take is told again")
    func retry() async throws {
        cluster.fail(true)
        let registration = try registration {
            PodLabels(isActive: true, isInitialized: true, isSealed: false, version: "1")
        }
        await registration.start()
        await clock.waitForSleepers(1)
        cluster.fail(false)
        clock.advance(by: .seconds(5))
        await clock.waitForSleepers(1)
        #expect(cluster.labels["vault-active"] == "true")
        await registration.stop()
    }

    @Test("a pod that does not know itself is refused")
    func unknown() {
        #expect(throws: PodFailure.self) { try pod([:]) }
        #expect(throws: PodFailure.self) { try pod(["VAULT_K8S_POD_NAME": "../x"]) }
    }
}
