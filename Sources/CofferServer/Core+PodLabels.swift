internal import CofferCore
internal import RegistrationService

extension Core {
    /// How this server is, in the words of its pod's labels.
    var podLabels: PodLabels {
        get async {
            // A storage that does not answer says nothing about the server.
            let isInitialized = isOpen ? true : (try? await self.isInitialized()) ?? false
            var labels = PodLabels(
                isActive: services != nil, isInitialized: isInitialized, isSealed: !isOpen,
                version: configuration.reportedVersion)
            labels.isPerformanceStandby = answersAsStandby
            return labels
        }
    }
}
