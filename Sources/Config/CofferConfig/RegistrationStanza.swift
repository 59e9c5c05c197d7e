internal import HCL

/// Where the server tells others how it is: the labels of its pod.
package struct RegistrationSettings: Sendable, Equatable {
    /// Empty for what the environment says.
    package var namespace = ""
    package var podName = ""
}

/// `service_registration "kubernetes" { … }`.
enum RegistrationStanza {
    static func read(_ block: HCLBlock, _ reader: inout StanzaReader) throws(HCLError) -> RegistrationSettings {
        guard block.labels.first == "kubernetes" else {
            throw HCLError("service_registration is offered for \"kubernetes\" only", at: block.position)
        }
        var settings = RegistrationSettings()
        try reader.read(block.body, into: &settings, settings: keys, stanza: "service_registration")
        return settings
    }

    private static let keys: [String: Setting<RegistrationSettings>] = [
        "namespace": .take { (value, settings) throws(HCLError) in settings.namespace = try value.text() },
        "pod_name": .take { (value, settings) throws(HCLError) in settings.podName = try value.text() },
    ]
}
