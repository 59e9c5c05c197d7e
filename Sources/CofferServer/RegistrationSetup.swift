internal import CofferConfig
internal import CofferCore
internal import RegistrationService

/// Tells the cluster, by the labels of the server's pod, how the server is.
enum RegistrationSetup {
    static func registration(
        _ settings: RegistrationSettings?, _ core: Core, _ environment: [String: String]
    ) throws(ConfigurationError) -> KubernetesRegistration? {
        guard let settings else { return nil }
        do throws(PodFailure) {
            let pod = try KubernetesPod(
                namespace: settings.namespace, name: settings.podName, environment: environment)
            return KubernetesRegistration(pod, clock: core.clock, log: core.log) { await core.podLabels }
        } catch {
            throw ConfigurationError("service_registration: \(error.text)")
        }
    }

}
