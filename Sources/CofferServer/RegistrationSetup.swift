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
            return KubernetesRegistration(pod, clock: core.clock, log: core.log) { await labels(core) }
        } catch {
            throw ConfigurationError("service_registration: \(error.text)")
        }
    }

    private static func labels(_ core: Core) async -> PodLabels {
        let isOpen = core.services != nil
        // A storage that does not answer says nothing about the server.
        let isInitialized = isOpen ? true : (try? await core.isInitialized()) ?? false
        return PodLabels(
            isActive: isOpen, isInitialized: isInitialized, isSealed: !isOpen,
            version: core.configuration.reportedVersion)
    }
}
