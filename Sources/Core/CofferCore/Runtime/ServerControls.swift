package import CofferBase
package import CofferJSON

/// What the core may ask of the program around it, set once it runs.
package final class ServerControls: Sendable {
    /// Reads something anew, by the name of the subsystem.
    package let reloads = Snapshot<[String: @Sendable () -> Void]>([:])
    /// The configuration without anything secret.
    package let sanitizedConfiguration = Snapshot<JSONObject>([:])

    /// As stored; off while sealed before the first unseal.
    package let cors = Snapshot(CORSRules())

    /// Runs each time the server has opened, before the answer to who opened it.
    package let afterOpening = Snapshot<(@Sendable () async -> Void)?>(nil)

    /// The cluster whose usage is counted; empty before the first time.
    let countedUsage = Snapshot("")

    /// Where other nodes would reach this one.
    package let clusterAddress = Snapshot("")

    /// Where clients are told to reach this node (`api_addr`).
    package let apiAddress = Snapshot("")

    /// The same as a URL.
    package var clusterURL: String { clusterAddress.value.isEmpty ? "" : "https://" + clusterAddress.value }

    init() {}
}
