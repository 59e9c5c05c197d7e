internal import CofferBase
internal import CofferFramework
internal import HCL

/// Reads configuration files as Vault writes them: HCL 1 or JSON, one file or several.
///
/// The last scalar wins, listeners append, unknown keys warn.
package struct ConfigurationReader {
    private var configuration = ServerConfiguration()
    private var sharedStorage: (settings: StorageSettings, position: HCLPosition)?

    package init() {}

    /// Adds one file.
    /// - Parameter name: for messages.
    package mutating func add(_ text: [UInt8], file name: String) throws(ConfigurationError) {
        do throws(HCLError) {
            var reader = StanzaReader(file: name)
            let body = try HCLDocument.parse(text).body
            let stanzas: Set = [
                "storage", "listener", "backend", "ha_storage", "ha_backend", "user_lockout", "telemetry", "initialize",
                "audit", "seal", "service_registration",
            ]
            let rest = HCLBody(items: body.items.filter { !stanzas.contains($0.name) })
            try reader.read(rest, into: &configuration, settings: Self.settings, stanza: "configuration")
            try readStorage(body, &reader)
            try readSharedStorage(body, &reader)
            try readListeners(body, &reader)
            try readInitialization(body, &reader)
            try readAuditDevices(body, &reader)
            try readSeals(body, file: name)
            try readRegistration(body, &reader)
            try UserLockoutStanza.read(body, into: &configuration.userLockout, &reader)
            try readTelemetry(body, &reader)
            configuration.warnings += reader.warnings
        } catch {
            throw ConfigurationError("\(name): \(error.description)")
        }
    }

    /// What all files together say.
    /// - Parameter environment: `VAULT_*` variables that beat files.
    package func finish(environment: [String: String]) throws(ConfigurationError) -> ServerConfiguration {
        var result = configuration
        func variable(_ name: String) -> String? {
            (environment["VAULT_" + name] ?? environment["BAO_" + name]).flatMap { $0.isEmpty ? nil : $0 }
        }
        if let level = variable("LOG_LEVEL") { result.logLevel = level }
        if let format = variable("LOG_FORMAT") { result.logFormat = format }
        if let file = variable("LOG_FILE") { result.log.file = file }
        if let level = variable("LOG_REQUESTS_LEVEL") { result.log.requestsLevel = level.lowercased() }
        if let address = variable("API_ADDR") ?? variable("REDIRECT_ADDR") ?? variable("ADVERTISE_ADDR") {
            result.apiAddress = address
        }
        if let address = variable("CLUSTER_ADDR") { result.clusterAddress = address }
        if let type = variable("SEAL_TYPE"), type != "shamir", result.seals.isEmpty {
            result.seals = [SealStanzaSettings(type: type, place: "VAULT_SEAL_TYPE")]
        }
        if variable("DISABLE_USER_LOCKOUT").flatMap({ Bool(wireText: $0) }) == true {
            result.disablesUserLockout = true
        }
        try finishStorage(&result, url: variable("PG_CONNECTION_URL"), environment: environment)
        if result.storage == nil {
            throw ConfigurationError(
                "A storage backend must be specified: add storage \"sqlite\" { path = \"/var/lib/coffer\" }")
        }
        if result.listeners.isEmpty {
            throw ConfigurationError("at least one listener must be specified: add listener \"tcp\" { address = … }")
        }
        guard ["trace", "debug", "info", "warn", "error"].contains(result.logLevel) else {
            throw ConfigurationError("unknown log level; use trace, debug, info, warn or error")
        }
        return result
    }

    private mutating func readStorage(_ body: HCLBody, _ reader: inout StanzaReader) throws(HCLError) {
        let items = body.items(named: "storage") + body.items(named: "backend")
        guard let last = items.last else { return }
        let named = HCLBody(items: items)
        guard let blocks = named.blocks(named: last.name, labels: 1), let block = blocks.last else {
            throw HCLError("expected storage \"TYPE\" { … }", at: last.position)
        }
        if blocks.count > 1 { throw HCLError("only one storage stanza is allowed", at: block.position) }
        configuration.storage = try StorageStanza.read(block, &reader)
    }

    /// A leader elected in one database cannot be kept from writing to another: both must be one.
    private mutating func readSharedStorage(_ body: HCLBody, _ reader: inout StanzaReader) throws(HCLError) {
        let items = body.items(named: "ha_storage") + body.items(named: "ha_backend")
        guard let last = items.last else { return }
        guard let block = HCLBody(items: items).blocks(named: last.name, labels: 1)?.last else {
            throw HCLError("expected ha_storage \"TYPE\" { … }", at: last.position)
        }
        sharedStorage = (try StorageStanza.read(block, &reader), last.position)
    }

    private func finishStorage(
        _ result: inout ServerConfiguration, url: String?, environment: [String: String]
    ) throws(ConfigurationError) {
        switch result.storage?.kind {
        case .postgresql(var settings)?:
            settings.connectionURL = url ?? settings.connectionURL
            if let shared = sharedStorage?.settings.kind {
                guard case .postgresql(let other) = shared,
                    other.connectionURL == settings.connectionURL || other.connectionURL.isEmpty
                else { throw Self.otherStorage }
                settings.leaderTable = other.leaderTable
                settings.isShared = true
            }
            guard !settings.connectionURL.isEmpty else {
                throw ConfigurationError("storage \"postgresql\" needs connection_url, or VAULT_PG_CONNECTION_URL")
            }
            result.storage?.kind = .postgresql(settings)
        case .etcd(var settings)?:
            if let shared = sharedStorage?.settings.kind {
                guard case .etcd(let other) = shared, other.isSameCluster(as: settings) else { throw Self.otherStorage }
                settings.isShared = true
            }
            settings.apply(environment)
            result.storage?.kind = .etcd(settings)
        default: if sharedStorage != nil { throw Self.otherStorage }
        }
    }

    private static let otherStorage = ConfigurationError(
        "ha_storage must be the same database as storage: the storage itself refuses what a deposed leader writes, "
            + "and it can do so only when it knows who leads")

    private mutating func readTelemetry(_ body: HCLBody, _ reader: inout StanzaReader) throws(HCLError) {
        guard let blocks = body.blocks(named: "telemetry", labels: 0) else {
            throw HCLError("expected telemetry { … }", at: body.items.first?.position ?? .unknown)
        }
        if let last = blocks.last { configuration.telemetry = try TelemetryStanza.read(last, &reader) }
    }

    private mutating func readListeners(_ body: HCLBody, _ reader: inout StanzaReader) throws(HCLError) {
        guard let blocks = body.blocks(named: "listener", labels: 1) else {
            throw HCLError("expected listener \"tcp\" { … }", at: body.items.first?.position ?? .unknown)
        }
        for block in blocks { configuration.listeners.append(try ListenerStanza.read(block, &reader)) }
    }

    private mutating func readInitialization(
        _ body: HCLBody, _ reader: inout StanzaReader
    ) throws(HCLError) {
        guard let blocks = body.blocks(named: "initialize", labels: 1) else {
            throw HCLError("expected initialize \"NAME\" { … }", at: body.items.first?.position ?? .unknown)
        }
        for block in blocks { try InitializeStanza.read(block, into: &configuration.initialization, &reader) }
    }

    private mutating func readAuditDevices(_ body: HCLBody, _ reader: inout StanzaReader) throws(HCLError) {
        guard let blocks = body.blocks(named: "audit", labels: 2) else {
            throw HCLError("expected audit \"TYPE\" \"NAME\" { … }", at: body.items.first?.position ?? .unknown)
        }
        for block in blocks {
            let device = try AuditStanza.read(block, &reader)
            guard !configuration.auditDevices.contains(where: { $0.path == device.path }) else {
                throw HCLError("two audit devices have the same name", at: block.position)
            }
            configuration.auditDevices.append(device)
        }
    }

    private mutating func readRegistration(_ body: HCLBody, _ reader: inout StanzaReader) throws(HCLError) {
        guard let blocks = body.blocks(named: "service_registration", labels: 1) else {
            throw HCLError(
                "expected service_registration \"kubernetes\" { … }", at: body.items.first?.position ?? .unknown)
        }
        if let last = blocks.last { configuration.registration = try RegistrationStanza.read(last, &reader) }
    }

    private mutating func readSeals(_ body: HCLBody, file: String) throws(HCLError) {
        guard let blocks = body.blocks(named: "seal", labels: 1) else {
            throw HCLError("expected seal \"TYPE\" { … }", at: body.items.first?.position ?? .unknown)
        }
        for block in blocks {
            if let seal = try SealStanza.read(block, file: file) { configuration.seals.append(seal) }
            try SealStanza.check(configuration.seals, block.position)
        }
    }

    private static let settings: [String: Setting<ServerConfiguration>] = {
        var settings: [String: Setting<ServerConfiguration>] = [
            "api_addr": .take { (value, target) throws(HCLError) in target.apiAddress = try value.text() },
            "cluster_addr": .take { (value, target) throws(HCLError) in target.clusterAddress = try value.text() },
            "disable_clustering": .take { (value, target) throws(HCLError) in
                target.disablesClustering = try value.flag()
            },
            "cluster_name": .take { (value, target) throws(HCLError) in target.clusterName = try value.text() },
            "default_lease_ttl": .take { (value, target) throws(HCLError) in
                target.defaultLeaseTTL = try value.duration()
            },
            "max_lease_ttl": .take { (value, target) throws(HCLError) in
                target.maximumLeaseTTL = try value.duration()
            },
            "log_level": .take { (value, target) throws(HCLError) in
                target.logLevel = try value.text().lowercased()
            },
            "log_format": .take { (value, target) throws(HCLError) in target.logFormat = try value.text() },
            "log_file": .take { (value, target) throws(HCLError) in target.log.file = try value.text() },
            "log_rotate_bytes": .take { (value, target) throws(HCLError) in
                target.log.rotateBytes = max(try value.integer(), 0)
            },
            "log_rotate_duration": .take { (value, target) throws(HCLError) in
                target.log.rotateDuration = try value.duration()
            },
            "log_rotate_max_files": .take { (value, target) throws(HCLError) in
                target.log.rotateMaximumFiles = try value.integer()
            },
            "log_requests_level": .take { (value, target) throws(HCLError) in
                target.log.requestsLevel = try requestsLevel(value)
            },
            "default_max_request_duration": .take { (value, target) throws(HCLError) in
                let duration = try value.duration()
                if duration > .zero { target.maximumRequestDuration = duration }
            },
            "enable_response_header_hostname": .take { (value, target) throws(HCLError) in
                target.showsHostName = try value.flag()
            },
            "pid_file": .take { (value, target) throws(HCLError) in target.pidFile = try value.text() },
            "compat_version": .take { (value, target) throws(HCLError) in target.compatVersion = try value.text() },
            "audit_directory": .take { (value, target) throws(HCLError) in
                let path = try value.text()
                guard path.hasPrefix("/") else { throw HCLError("expected an absolute path", at: value.position) }
                target.auditDirectory = path
            },
            "snapshot_directory": .take { (value, target) throws(HCLError) in
                let path = try value.text()
                guard path.hasPrefix("/") else { throw HCLError("expected an absolute path", at: value.position) }
                target.snapshotDirectory = path
            },
            "max_snapshot_size": .take { (value, target) throws(HCLError) in
                let size = try value.integer()
                guard size > 0 else { throw HCLError("max_snapshot_size must be positive", at: value.position) }
                target.maximumSnapshotSize = size
            },
            "disable_standby_reads": .take { (value, target) throws(HCLError) in
                target.readsOnStandbys = try !value.flag()
            },
            "raw_storage_endpoint": .take { (value, target) throws(HCLError) in
                target.hasRawStorageEndpoint = try value.flag()
            },
            "introspection_endpoint": .take { (value, target) throws(HCLError) in
                target.hasIntrospectionEndpoint = try value.flag()
            },
            "enable_unauthenticated_access": .take { (value, target) throws(HCLError) in
                target.unauthenticatedAccess = try unauthenticatedAccess(value)
            },
        ]
        for name in ignored { settings[name] = .ignored }
        for name in unsupported { settings[name] = .unsupported }
        return settings
    }()

    private static func requestsLevel(_ value: StanzaValue) throws(HCLError) -> String {
        let level = try value.text().lowercased()
        guard ["", "off", "trace", "debug", "info", "notice", "warn", "warning", "error", "err"].contains(level) else {
            throw HCLError("expected trace, debug, info, warn, error or off", at: value.position)
        }
        return level
    }

    /// A name that is mistyped must not be taken for one that opens nothing.
    private static func unauthenticatedAccess(_ value: StanzaValue) throws(HCLError) -> [String] {
        let names = try value.texts()
        let known = ["generate-root", "rekey", "generate-operation-token"]
        guard names.allSatisfy(known.contains) else {
            throw HCLError("expected any of \(known.map { "\"\($0)\"" }.joined(separator: ", "))", at: value.position)
        }
        return names
    }

    private static let ignored = [
        "disable_mlock", "ui", "enable_multiseal", "kms_library", "entropy", "sentinel", "replication", "license_path",
        "cloud", "disable_performance_standby", "disable_sealwrap", "disable_indexing", "cluster_cipher_suites",
        "development_cluster", "remove_irrevocable_lease_after", "detect_deadlocks",
        "plugin_directory", "plugin_file_uid", "plugin_file_permissions", "plugin_tmpdir", "experiments",
        "imprecise_lease_role_tracking", "disable_printable_check",
    ]

    private static let unsupported = [
        "cache_size", "disable_cache", "enable_response_header_raft_node_id",
        "administrative_namespace_path", "plugin", "unsafe_allow_api_audit_creation",
    ]
}
