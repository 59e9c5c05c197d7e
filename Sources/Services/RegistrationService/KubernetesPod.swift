internal import ClientTLS
internal import CofferBase
internal import CofferJSON
internal import Glibc
package import HTTPClient

/// Where a server in a pod finds itself.
package struct KubernetesPod: Sendable {
    private static let folder = "/var/run/secrets/kubernetes.io/serviceaccount"

    let namespace: String
    let name: String
    private let tokenFile: String
    private let send: HTTPSender

    /// - Parameters:
    ///   - namespace, name: empty for what the environment says.
    ///   - folder: of the pod's own account; in its usual place unless given.
    /// - Throws: what is missing.
    package init(
        namespace: String, name: String, environment: [String: String], folder: String? = nil, send: HTTPSender? = nil
    ) throws(PodFailure) {
        let folder = folder ?? Self.folder
        func first(_ texts: String?...) -> String? { texts.lazy.compactMap { $0 }.first { !$0.isEmpty } }
        let found = first(
            environment["VAULT_K8S_NAMESPACE"], environment["BAO_K8S_NAMESPACE"], namespace,
            (try? Self.text(of: folder + "/namespace")))
        guard let found, Self.isName(found) else { throw PodFailure("the pod's namespace is not known") }
        guard let pod = first(environment["VAULT_K8S_POD_NAME"], environment["BAO_K8S_POD_NAME"], name),
            Self.isName(pod)
        else { throw PodFailure("the pod's name is not known: set VAULT_K8S_POD_NAME") }
        self.namespace = found
        self.name = pod
        tokenFile = folder + "/token"
        if let send {
            self.send = send
            return
        }
        let host = environment["KUBERNETES_SERVICE_HOST"] ?? ""
        let port = environment["KUBERNETES_SERVICE_PORT"] ?? "443"
        guard let address = HTTPAddress("https://" + (host.contains(":") ? "[\(host)]" : host) + ":" + port) else {
            throw PodFailure("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT name no server")
        }
        var trust = ClientTrust()
        trust.authorityFile = folder + "/ca.crt"
        self.send = OutboundHTTP(address, trust: trust).sender
    }

    private static func isName(_ text: String) -> Bool {
        text.utf8.count <= 253
            && text.utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d || $0 == 0x2e
            }
    }

    /// Sets labels and leaves all others as they are.
    func set(_ labels: [(name: String, value: String)]) async throws(PodFailure) {
        let patch: [JSON] = labels.map { label in
            ["op": "add", "path": .string("/metadata/labels/" + label.name), "value": .string(label.value)]
        }
        // Tokens of pods are replaced while they run.
        let token = try Self.text(of: tokenFile)
        let call = HTTPCall(
            "PATCH", "/api/v1/namespaces/\(namespace)/pods/\(name)",
            headers: [
                ("Authorization", "Bearer " + token), ("Content-Type", "application/json-patch+json"),
                ("Accept", "application/json"),
            ], body: JSON.array(patch).serialized())
        let answer: HTTPAnswer
        do throws(HTTPFailure) {
            answer = try await send(call)
        } catch {
            throw PodFailure("the cluster's API: \(error.text)")
        }
        guard (200..<300).contains(answer.status) else {
            throw PodFailure("the cluster's API answered with status \(answer.status)")
        }
    }

    private static func text(of path: String) throws(PodFailure) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PodFailure("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16 << 10)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { throw PodFailure("\(path) is empty") }
        defer { zero(&bytes) }
        return String(decoding: bytes.prefix(count).filter { $0 > 0x20 && $0 < 0x7f }, as: UTF8.self)
    }
}

/// Why a pod's labels could not be set; the text holds no token.
package struct PodFailure: Error, Sendable, Equatable {
    package let text: String

    package init(_ text: String) { self.text = text }
}
