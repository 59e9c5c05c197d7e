internal import CofferBase
package import CofferFramework
package import CofferJSON

/// A server's configuration as its files say it, defaults filled in.
package struct ServerConfiguration: Sendable, Equatable {
    package var storage: StorageSettings?
    package var listeners: [ListenerSettings] = []
    /// Seals that open the server by themselves; none for shares in people's hands.
    package var seals: [SealStanzaSettings] = []
    package var apiAddress = ""
    package var clusterAddress = ""
    /// Standbys send clients to the leader instead of forwarding their requests.
    package var disablesClustering = false
    /// Standbys answer reads themselves (`disable_standby_reads = false`); off when nothing is said.
    package var readsOnStandbys = false
    package var clusterName = ""
    package var defaultLeaseTTL: Duration = .seconds(768 * 3600)
    package var maximumLeaseTTL: Duration = .seconds(768 * 3600)
    /// trace, debug, info, warn or error.
    package var logLevel = "info"
    /// standard or json.
    package var logFormat = "standard"
    package var pidFile = ""
    package var log = LogSettings()
    package var telemetry = TelemetrySettings()
    /// For listeners that do not say otherwise.
    package var maximumRequestDuration: Duration = .seconds(90)
    /// Answers name the machine (`X-Vault-Hostname`).
    package var showsHostName = false
    /// The Vault version that clients are told; nil for the built-in one.
    package var compatVersion: String?
    /// Where snapshots that the server takes by itself must lie; empty for anywhere.
    package var snapshotDirectory = ""
    /// Nil: nobody is told how the server is.
    package var registration: RegistrationSettings?
    /// Largest snapshot that is received, in bytes.
    package var maximumSnapshotSize = 16 << 30
    /// `sys/raw` is offered.
    package var hasRawStorageEndpoint = false
    /// `sys/internal/inspect` is offered.
    package var hasIntrospectionEndpoint = false
    /// Operations with shares that need no token: `generate-root`, `rekey`, `generate-operation-token`;
    /// nil leaves it to the version.
    package var unauthenticatedAccess: [String]?
    /// Nothing is to answer but `sys/raw` (`-recovery`).
    package var isRecovery = false
    /// What an empty server does at its first start.
    package var initialization = InitializeSettings()
    /// Devices that are there whenever the server is open.
    package var auditDevices: [DeclaredAuditDevice] = []
    /// Where files of audit devices that the API makes must lie; empty for anywhere.
    package var auditDirectory = ""
    /// The `user_lockout` stanzas, by type of auth method or `all`.
    package var userLockout: [String: LockoutSettings] = [:]
    /// Nobody is locked out, whatever stanzas and mounts say.
    package var disablesUserLockout = false
    /// What the log should say about the files: keys that are unknown or have no effect.
    package var warnings: [String] = []

    package init() {}
}

/// The `storage` stanza.
package struct StorageSettings: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case memory
        case sqlite(folder: String)
        case postgresql(PostgresStorageSettings)
        case etcd(EtcdStorageSettings)
    }

    package var kind: Kind
    /// Bytes of one entry.
    package var maximumEntrySize = 1 << 20

    package init(kind: Kind) { self.kind = kind }

    /// Several servers share it, of which one leads.
    package var isShared: Bool {
        switch kind {
        case .memory, .sqlite: false
        case .postgresql(let settings): settings.isShared
        case .etcd(let settings): settings.isShared
        }
    }

    /// Where the node keeps what it has seen of the storage; empty for nowhere.
    package var versionFile: String {
        switch kind {
        case .memory, .sqlite: ""
        case .postgresql(let settings): settings.versionFile
        case .etcd(let settings): settings.versionFile
        }
    }
}

/// `storage "postgresql"`: where the entries are, and whether several servers share them.
package struct PostgresStorageSettings: Sendable, Equatable {
    package var connectionURL = ""
    package var table = "coffer_kv_store"
    package var leaderTable = "coffer_leader"
    package var parallelReads = 16
    package var connectRetries = 1
    package var createsTables = true
    package var acceptsUnsafeServer = false
    package var isShared = false
    /// Where the node keeps what it has seen of the storage; empty for nowhere.
    package var versionFile = ""

    package init() {}
}

/// A `listener` stanza.
package struct ListenerSettings: Sendable, Equatable {
    package enum Address: Sendable, Equatable {
        case tcp(host: String, port: Int)
        case unix(path: String, mode: UInt32)
    }

    package struct TLS: Sendable, Equatable {
        package var certificateFile = ""
        package var keyFile = ""
        /// `tls12` or `tls13`.
        package var minimumVersion = "tls12"
        package var clientAuthoritiesFile = ""
        package var requiresClientCertificate = false
        package var ignoresClientCertificates = false

        package init() {}
    }

    /// Headers for answers of one kind.
    package struct HeaderRule: Sendable, Equatable {
        package struct Header: Sendable, Equatable {
            package let name: String
            package let value: String
        }

        /// `default`, a family such as `2xx`, or one status.
        package let status: String
        package var headers: [Header] = []
    }

    /// Whose word is taken for where a connection comes from (PROXY protocol).
    package struct ProxyProtocol: Sendable, Equatable {
        package enum Behavior: String, Sendable {
            case useAlways = "use_always"
            case allowAuthorized = "allow_authorized"
            case denyUnauthorized = "deny_unauthorized"
        }

        package var behavior: Behavior
        /// Addresses and networks, each of which can be read.
        package var authorized: [String] = []
    }

    /// Whose `X-Forwarded-For` is taken for where a request comes from.
    package struct ForwardedFor: Sendable, Equatable {
        /// Addresses and networks, each of which can be read.
        package var authorized: [String] = []
        package var hopSkips = 0
        package var rejectsNotAuthorized = true
        package var rejectsNotPresent = true
    }

    package var address: Address
    /// Nobody's, without anybody who is authorized.
    package var forwardedFor = ForwardedFor()
    /// Requests without `X-Vault-Request: true` are refused.
    package var requiresRequestHeader = false
    /// Nil: nobody's.
    package var proxyProtocol: ProxyProtocol?
    /// Nil: plain.
    package var tls: TLS?
    package var headerTimeout: Duration = .seconds(10)
    package var readTimeout: Duration = .seconds(30)
    package var idleTimeout: Duration = .seconds(300)
    package var maximumRequestSize = 32 << 20
    /// Nil: no limit.
    package var maximumTokenHeaderSize: Int? = 8192
    package var json = JSONLimits()
    /// Reads that need no token here: `metrics`, `in-flight-req`, `pprof`.
    package var openings: Set<String> = []
    /// What answers to anybody leave out: `addresses`, `cluster_name`, `version`.
    package var redactions: Set<String> = []
    /// Nil: as the server's.
    package var maximumRequestDuration: Duration?
    package var headerRules: [HeaderRule] = []
    /// Where other nodes reach this one, as `HOST:PORT`; empty for the port after this listener's.
    package var clusterAddress = ""

    package init(address: Address) { self.address = address }
}
