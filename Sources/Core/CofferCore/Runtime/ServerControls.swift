package import CofferBase
package import CofferJSON
internal import SealService
package import Synchronization

/// What the core may ask of the program around it, set once it runs.
package final class ServerControls: Sendable {
    /// Reads something anew, by the name of the subsystem.
    package let reloads = Snapshot<[String: @Sendable () -> Void]>([:])
    /// The configuration without anything secret.
    package let sanitizedConfiguration = Snapshot<JSONObject>([:])

    /// As stored; off while sealed before the first unseal.
    package let cors = Snapshot(CORSRules())

    /// Runs each time the server has opened, before the answer to who opened it.
    package let afterOpening = Snapshot(Afterwards {})

    /// In a struct, because a function in a generic box is wrapped once more at each access.
    package struct Afterwards: Sendable {
        package let run: @Sendable () async -> Void
        package init(run: @escaping @Sendable () async -> Void) { self.run = run }
    }

    /// The cluster whose usage is counted; empty before the first time.
    let countedUsage = Snapshot("")

    /// Where other nodes would reach this one.
    package let clusterAddress = Snapshot("")

    /// Where clients are told to reach this node (`api_addr`).
    package let apiAddress = Snapshot("")

    /// Looks after the seals that open by themselves; nil without any.
    let sealWatch = Snapshot<SealWatch?>(nil)

    /// The server ends: no request is begun any more.
    package let isDraining = Atomic(false)

    /// The same as a URL.
    package var clusterURL: String { clusterAddress.value.isEmpty ? "" : "https://" + clusterAddress.value }

    init() {}
}
