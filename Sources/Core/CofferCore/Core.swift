package import AuditService
package import CofferBarrier
package import CofferBase
package import CofferFramework
package import CofferMetrics
package import CofferStorage
package import HTTPClient
package import Logging
package import SealService

/// What the core needs from the program around it.
package struct CoreConfiguration: Sendable {
    /// The Vault version that clients are told (`compat_version`).
    package var reportedVersion = "1.21.1"
    package var ownVersion = "0.1.0"
    package var buildDate = ""
    package var clusterName = ""
    package var defaultTTL: Duration = .seconds(768 * 3600)
    package var maximumTTL: Duration = .seconds(768 * 3600)
    package var engines: [EngineKind] = []
    /// Somebody chose the reported version, and so what it leaves open.
    package var choseReportedVersion = false
    /// Seals that open the server by themselves, and disabled ones; none for shares in people's hands.
    package var seals: [ConfiguredSeal] = []
    /// Which operations need no token (`enable_unauthenticated_access`); nil: as the reported version.
    package var unauthenticatedAccess: Set<UnauthenticatedFamily>?
    package var auditDevices: [AuditDeviceKind] = []
    /// Devices that the configuration declares: there whenever the server is open, and not to be disabled.
    package var declaredAuditDevices: [AuditDeviceEntry] = []
    /// Where files of audit devices that the API makes must lie; empty for anywhere.
    package var auditDirectory = ""
    /// The `user_lockout` stanzas, by type of auth method or `all`.
    package var userLockout: [String: LockoutSettings] = [:]
    /// Nobody is locked out, whatever stanzas and mounts say.
    package var disablesUserLockout = false
    /// Offers `sys/raw`, which reads and writes the decrypted storage.
    package var hasRawStorageEndpoint = false
    /// Offers `sys/internal/inspect`, which shows the server's own tables.
    package var hasIntrospectionEndpoint = false
    /// Where snapshots wait while they are sent or received: on a disk with room for the storage's content.
    package var spoolFolder = "/tmp"
    /// Where snapshots that the server takes by itself must lie; empty for anywhere.
    package var snapshotDirectory = ""
    /// Largest snapshot that is received, in bytes.
    package var maximumSnapshotSize = 16 << 30
    /// Bytes of one entry, as the storage has it.
    package var maximumEntrySize = 1 << 20
    package var logLevels = LogLevels(.info)
    package var metrics = MetricSettings()
    /// Whether tokens, entities and secrets are counted for metrics.
    package var countsUsage = true
    package var logFeed = LogFeed()
    /// At which level finished requests are told; nil: not at all.
    package var requestsLogLevel: Logger.Level?
    /// The way to web services that this server asks.
    package var web: WebSender = OutboundWeb().sender

    package init() {}
}

/// The server without its edges: a state, and a pipeline that serves requests in it.
package final class Core: Sendable {
    package enum State: Sendable {
        case sealed
        /// Open, and another node serves.
        case standby(Standby)
        case unsealed(Services)
    }

    package let configuration: CoreConfiguration
    package let storage: any Storage
    package let clock: any WallClock
    package let random: RandomSource
    package let log: Logger
    package let barrier: Barrier
    package let seal: ShamirSeal
    /// The seals that open the server by themselves; nil for shares in people's hands.
    package let automaticSeals: SealGroup?
    /// Seals that are there only for a migration away from them.
    let formerSeals: SealGroup?
    package let startTime: Timestamp
    package let inFlight = InFlight()
    package let denials = DenialLog()
    package let metrics: Metrics
    package let meters: CoreMeters
    package let controls = ServerControls()
    /// Nil: this server shares its storage with no other.
    package let cluster: Cluster?
    /// What this node tells the others while it leads.
    package let activeNode = Snapshot<ActiveNode?>(nil)
    /// What the nodes of a cluster prove things with; nil while this node is sealed.
    let clusterKey = Snapshot<SecretBytes?>(nil)
    /// What `StorageNote` says.
    let lastNoted = Snapshot<StorageMark?>(nil)
    /// For files, which block.
    let fileWork = BlockingPool(threads: 2)
    let spools = SpoolLimit(2)
    private let current = Snapshot(State.sealed)
    private let systemPaths = Snapshot(PathTable([]))

    package init(
        configuration: CoreConfiguration, storage: any Storage, clock: any WallClock, random: RandomSource,
        log: Logger, cluster: Cluster? = nil
    ) {
        self.configuration = configuration
        metrics = Metrics(configuration.metrics, clock: clock)
        meters = CoreMeters(metrics)
        let storage = MeteredStorage(storage, metrics, onFence: { cluster?.fenced($0) })
        self.cluster = cluster
        self.storage = storage
        self.clock = clock
        self.random = random
        self.log = log
        barrier = Barrier(storage: storage, clock: clock, random: random, metrics: metrics)
        seal = ShamirSeal(random: random)
        automaticSeals = SealGroup(configuration.seals.filter { !$0.isDisabled }, clock: clock)
        formerSeals = SealGroup(configuration.seals.filter(\.isDisabled), clock: clock)
        startTime = clock.now
    }

    package var state: State { current.value }

    /// What shares have to prove.
    var keyProof: KeyProof { KeyProof(seal: seal, barrier: barrier, automatic: automaticSeals) }

    package var services: Services? {
        if case .unsealed(let services) = current.value { services } else { nil }
    }

    /// The paths of `sys/`, some of which answer in every state. Set once, before serving.
    package var system: PathTable { systemPaths.value }
    package func install(system: PathTable) { systemPaths.replace(with: system) }

    func enter(_ state: State) { current.replace(with: state) }
}
