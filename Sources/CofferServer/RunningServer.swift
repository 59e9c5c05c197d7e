internal import AuditService
internal import Catalog
internal import ClientTLS
internal import CofferBarrier
internal import CofferBase
internal import CofferConfig
internal import CofferCore
internal import CofferFramework
internal import CofferHTTP
internal import CofferIdentity
internal import CofferStorage
internal import CofferSystem
internal import Glibc
internal import HTTPClient
internal import Logging
internal import NIOCore
internal import RegistrationService
internal import SealService
internal import Synchronization
internal import TelemetryService

/// A server with its storage, core and listeners: made from a configuration, ended by `stop`.
struct RunningServer: Sendable {
    let core: Core
    let storage: any Storage
    let http: HTTPServer
    /// One for each listener.
    let handlers: [APIHandler]
    let tls: [TLSContext]
    /// Where each listener can be reached, in the order of the configuration.
    let addresses: [String]
    let log: Logger
    let logFile: LogFile?
    let telemetry: Telemetry
    let registration: KubernetesRegistration?

    static let version = "0.1.0"
    /// How long requests in flight may take once the server is to end.
    static let drainLimit: Duration = .seconds(10)
    /// When this version was released.
    static let buildDate = "2026-11-24T00:00:00Z"

    static func start(
        _ configuration: ServerConfiguration, log: Logger, _ outputs: LogOutputs, environment: [String: String] = [:]
    ) async throws -> RunningServer {
        let clock = SteadyClock(report: { step in
            log.warning(
                "the machine's clock was set back; time goes on without that step until a restart",
                metadata: ["seconds": "\(step.wholeSeconds)"])
        })
        let storage = try await openStorage(configuration, log)
        let seals = try SealSetup(clock: clock, environment: environment, log: log).seals(configuration.seals)
        let cluster = try ClusterSetup.cluster(configuration, storage)
        let core = makeCore(configuration, storage, seals, clock, log, outputs, environment, cluster)
        let threads = max(2, min(System.coreCount, 8))
        let connections = connectionLimit()
        ProcessLimits.returnLargeBlocks()
        let http = HTTPServer(threads: threads, clock: clock, bodies: BodyBudget(limit: bodyLimit()))
        let forwarder = try await makeForwarder(configuration, core, http, log)
        if configuration.isRecovery {
            log.warning("recovery mode: nothing answers but sys/raw, and nothing is audited")
        } else {
            try await SelfInitialization(
                settings: configuration.initialization, core: core, log: log, environment: environment
            ).begin()
        }
        forgetCodeOnceOpen(core)
        var tls: [TLSContext] = []
        var addresses: [String] = []
        let handlers = configuration.listeners.map { listener in
            APIHandler(
                core: core, limits: limits(listener), headers: headers(listener, configuration), forwarder: forwarder)
        }
        for (listener, handler) in zip(configuration.listeners, handlers) {
            var (converted, context) = try listenerConfiguration(listener)
            converted.maximumConnections = connections
            converted.requestTimeout = amount(listener.maximumRequestDuration ?? configuration.maximumRequestDuration)
            if let context { tls.append(context) }
            let port = try await http.listen(converted) { await handler.handle($0) }
            addresses.append(address(listener, port))
        }
        let server = RunningServer(
            core: core, storage: storage, http: http, handlers: handlers, tls: tls, addresses: addresses, log: log,
            logFile: outputs.file, telemetry: TelemetrySetup.telemetry(configuration.telemetry, core),
            registration: try RegistrationSetup.registration(configuration.registration, core, environment))
        await server.telemetry.start()
        await server.registration?.start()
        await core.watchSeals(opens: !configuration.isRecovery)
        core.controls.sanitizedConfiguration.replace(with: SanitizedConfiguration.object(configuration))
        core.controls.clusterAddress.replace(with: SanitizedConfiguration.clusterAddress(configuration))
        let ownAddress = addresses.first { !$0.hasPrefix("unix:") } ?? ""
        core.controls.apiAddress.replace(with: configuration.apiAddress.isEmpty ? ownAddress : configuration.apiAddress)
        core.controls.reloads.replace(with: [
            "listener": { server.reloadTLS() }, "audit": { server.core.services?.audit.reopen() },
        ])
        ProcessLimits.forgetCode()
        return server
    }

    private static func forgetCodeOnceOpen(_ core: Core) {
        let opened = core.controls.afterOpening.value
        core.controls.afterOpening.replace(
            with: ServerControls.Afterwards {
                await opened.run()
                ProcessLimits.forgetCode()
            })
    }

    private static func openStorage(
        _ configuration: ServerConfiguration, _ log: Logger
    ) async throws -> any Storage {
        guard let settings = configuration.storage else { throw ConfigurationError("no storage is configured") }
        let (storage, warning) = try await Catalogue.open(
            settings.catalogueKind(readsOnStandbys: configuration.readsOnStandbys),
            maximumEntrySize: settings.maximumEntrySize)
        if let warning { log.warning("\(warning)") }
        if try await StorageMigration.isUnfinished(storage) {
            await storage.close()
            throw ConfigurationError("the storage is an unfinished copy; run \"operator migrate\" again to finish it")
        }
        return storage
    }

    /// Reads TLS files anew and reopens audit and log files; what fails stays as it was.
    /// - Parameter configuration: read anew, for what may change while the server runs: the level of its log and the
    ///   headers of its answers.
    func reload(_ configuration: ServerConfiguration) {
        core.configuration.logLevels.configure(LogLevels.level(named: configuration.logLevel) ?? .info)
        for (handler, listener) in zip(handlers, configuration.listeners) {
            handler.headers.replace(with: Self.headers(listener, configuration))
        }
        reloadTLS()
        logFile?.reopen()
        core.services?.audit.reopen()
    }

    private func reloadTLS() {
        for context in tls {
            do {
                try context.reload()
            } catch {
                log.error("TLS files not reloaded; the old ones stay in use", metadata: ["error": "\(error)"])
            }
        }
    }

    /// No new connections, and no new requests on those there are; what is in flight finishes, within a limit.
    /// Then seals, and closes the storage.
    func stop() async {
        core.controls.isDraining.store(true, ordering: .sequentiallyConsistent)
        await http.stopListening()
        if await !core.waitForRequests(Self.drainLimit) {
            log.warning("requests were still in flight when the server sealed")
        }
        await registration?.stop()
        await telemetry.stop()
        await core.stopWatchingSeals()
        await core.sealNow()
        // In recovery mode it is open without a server above it.
        core.barrier.seal()
        await storage.close()
    }

    /// Nil without a cluster. The other nodes are let in before this one may lead them.
    private static func makeForwarder(
        _ configuration: ServerConfiguration, _ core: Core, _ http: HTTPServer, _ log: Logger
    ) async throws -> Forwarder? {
        guard let cluster = core.cluster else { return nil }
        core.controls.clusterAddress.replace(with: SanitizedConfiguration.clusterAddress(configuration))
        core.controls.apiAddress.replace(with: configuration.apiAddress)
        guard !configuration.disablesClustering, let listener = configuration.listeners.first,
            let address = try ClusterSetup.address(configuration)
        else { return Forwarder(port: nil, core: core, log: log) }
        var own = limits(listener)
        // The node that was asked has seen to these, and tells the client's address in its own way.
        own.forwardedFor = nil
        own.requiresRequestHeader = false
        let port = ClusterPort(
            core: core, http: http,
            handler: APIHandler(core: core, limits: own, headers: headers(listener, configuration)))
        var converted = ListenerConfiguration(address: address)
        converted.tls = port.tls
        converted.requestTimeout = amount(configuration.maximumRequestDuration)
        _ = try await http.listen(converted) { await port.handle($0) }
        cluster.transport.replace(with: port)
        return Forwarder(port: port, core: core, log: log)
    }

    private static func makeCore(
        _ configuration: ServerConfiguration, _ storage: any Storage, _ seals: [ConfiguredSeal],
        _ clock: any WallClock, _ log: Logger, _ outputs: LogOutputs, _ environment: [String: String],
        _ cluster: Cluster?
    ) -> Core {
        let own = Snapshot<Core?>(nil)
        var settings = CoreConfiguration()
        settings.seals = seals
        settings.ownVersion = version
        settings.buildDate = buildDate
        if let reported = configuration.compatVersion { settings.reportedVersion = reported }
        settings.choseReportedVersion = configuration.compatVersion != nil
        settings.clusterName = configuration.clusterName
        settings.defaultTTL = configuration.defaultLeaseTTL
        settings.maximumTTL = configuration.maximumLeaseTTL
        settings.unauthenticatedAccess = configuration.unauthenticatedAccess.map { names in
            Set(names.compactMap { UnauthenticatedFamily(rawValue: $0) })
        }
        settings.userLockout = configuration.userLockout
        settings.disablesUserLockout = configuration.disablesUserLockout
        settings.engines =
            Catalogue.engines + SystemEngine.kinds { own.value }
            + IdentityEngine.kinds { own.value }
        settings.auditDevices = Catalogue.auditDevices
        settings.auditDirectory = configuration.auditDirectory
        settings.snapshotDirectory = configuration.snapshotDirectory
        settings.declaredAuditDevices = configuration.auditDevices.map { device in
            var entry = AuditDeviceEntry()
            entry.path = device.path + "/"
            entry.type = device.type
            entry.description = device.description
            entry.options = device.options
            entry.isLocal = device.isLocal
            return entry
        }
        settings.hasRawStorageEndpoint = configuration.hasRawStorageEndpoint
        settings.hasIntrospectionEndpoint = configuration.hasIntrospectionEndpoint
        settings.maximumSnapshotSize = configuration.maximumSnapshotSize
        if let storage = configuration.storage {
            settings.maximumEntrySize = storage.maximumEntrySize
            // Beside the data: private, and the disk is one that can hold it.
            if case .sqlite(let folder) = storage.kind { settings.spoolFolder = folder }
        }
        settings.logLevels = outputs.levels
        settings.logFeed = outputs.feed
        settings.requestsLogLevel = LogLevels.level(named: configuration.log.requestsLevel)
        settings.countsUsage = configuration.telemetry.usagePeriod > .zero
        settings.web = OutboundWeb(trust: ClientTrust(environment: environment)).sender
        settings.metrics = TelemetrySetup.metrics(configuration.telemetry)
        let core = Core(
            configuration: settings, storage: storage, clock: clock, random: .system, log: log, cluster: cluster)
        own.replace(with: core)
        core.install(
            system: configuration.isRecovery ? RecoveryEngine(core: core).paths : SystemEngine(core: core).paths)
        return core
    }

    private static func redaction(_ name: String) -> Call.Redaction? {
        switch name {
        case "addresses": .addresses
        case "cluster_name": .clusterName
        case "version": .version
        default: nil
        }
    }

    private static func headers(_ listener: ListenerSettings, _ configuration: ServerConfiguration) -> ResponseHeaders {
        let rules = listener.headerRules.map { rule in
            ResponseHeaders.Rule(status: rule.status, fields: rule.headers.map { ($0.name, $0.value) })
        }
        let fixed = configuration.showsHostName ? [(name: "X-Vault-Hostname", value: HostName.own)] : []
        return ResponseHeaders(rules, fixed: fixed)
    }

    /// Storage, audit devices and outgoing connections need open files, too.
    private static func connectionLimit() -> Int {
        let files = ProcessLimits.raiseOpenFiles()
        return min(ListenerConfiguration.mostConnections, max(files - 256, files / 2))
    }

    /// Bytes that bodies may take: what is made of them takes as much again.
    private static func bodyLimit() -> Int { min(256 << 20, max(ProcessLimits.memory() / 4, 32 << 20)) }

    private static func limits(_ listener: ListenerSettings) -> RequestReader.Limits {
        var limits = RequestReader.Limits()
        limits.body = listener.maximumRequestSize
        limits.token = listener.maximumTokenHeaderSize
        limits.json = listener.json
        limits.openings = listener.openings
        limits.requiresRequestHeader = listener.requiresRequestHeader
        let authorized = listener.forwardedFor.authorized.compactMap { CIDR($0) }
        if !authorized.isEmpty {
            var forwarded = ForwardedFor(authorized: authorized)
            forwarded.hopSkips = listener.forwardedFor.hopSkips
            forwarded.rejectsNotPresent = listener.forwardedFor.rejectsNotPresent
            forwarded.rejectsNotAuthorized = listener.forwardedFor.rejectsNotAuthorized
            limits.forwardedFor = forwarded
        }
        limits.redactions = Set(listener.redactions.compactMap(redaction))
        return limits
    }

    private static func listenerConfiguration(
        _ listener: ListenerSettings
    ) throws -> (ListenerConfiguration, TLSContext?) {
        let address: ListenerConfiguration.Address =
            switch listener.address {
            case .tcp(let host, let port): .tcp(host: host, port: port)
            case .unix(let path, let mode): .unix(path: path, mode: mode)
            }
        var converted = ListenerConfiguration(address: address)
        converted.headerTimeout = amount(listener.headerTimeout)
        converted.readTimeout = amount(listener.readTimeout)
        converted.idleTimeout = amount(listener.idleTimeout)
        converted.proxyProtocol = listener.proxyProtocol.map(proxyProtocol)
        guard let tls = listener.tls else { return (converted, nil) }
        let clients: TLSContext.ClientCertificates =
            if tls.requiresClientCertificate {
                .required(authorities: tls.clientAuthoritiesFile)
            } else if tls.ignoresClientCertificates {
                .ignored
            } else {
                .optional
            }
        let context = try TLSContext(
            TLSContext.Files(
                certificate: tls.certificateFile, key: tls.keyFile, clients: clients,
                minimumVersion: tls.minimumVersion))
        converted.tls = context
        return (converted, context)
    }

    private static func proxyProtocol(_ settings: ListenerSettings.ProxyProtocol) -> ProxyProtocol {
        let authorized = settings.authorized.compactMap { CIDR($0) }
        return switch settings.behavior {
        case .useAlways: ProxyProtocol(.useAlways)
        case .allowAuthorized: ProxyProtocol(.allowAuthorized, authorized: authorized)
        case .denyUnauthorized: ProxyProtocol(.denyUnauthorized, authorized: authorized)
        }
    }

    private static func amount(_ duration: Duration) -> TimeAmount { .nanoseconds(duration.wholeNanoseconds) }

    private static func address(_ listener: ListenerSettings, _ port: Int) -> String {
        switch listener.address {
        case .tcp(let host, _):
            "\(listener.tls == nil ? "http" : "https")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        case .unix(let path, _): "unix://\(path)"
        }
    }
}
