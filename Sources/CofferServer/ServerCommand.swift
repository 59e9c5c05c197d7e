internal import CBase
internal import CofferBase
internal import CofferConfig
internal import CofferCore
internal import Glibc
internal import GoFlags
internal import Logging

/// `server`: reads its configuration, listens, and serves until a signal ends it.
package enum ServerCommand {
    /// This program's own version.
    package static let version = RunningServer.version

    /// Must run before the process has a second thread.
    package static func prepare() {
        startAsWanted()
        // It may have been called through a link of another name, which probes look for.
        let called = CommandLine.arguments.first?.split(separator: "/").last
        if let called { _ = coffer_set_process_name(String(called)) }
        Signals.block()
        // Keys live in this process: no core dump, no debugger of another user.
        _ = coffer_forbid_dumps()
        // By default all but 128 KiB are given back, which requests that are served together take and free all the
        // time: the page faults cost a third of a request (measured).
        _ = coffer_keep_free_memory()
    }

    /// What must stand in the environment before the process begins; what somebody has set stays.
    ///
    /// In a crash Swift's runtime would print memory and arguments. And of each size the C library keeps seven free
    /// blocks for each thread, and none above 1 KiB, of which requests that are served together need more: with these a
    /// request costs two hundredths less, and a login four (measured).
    private static let wanted = [
        "SWIFT_BACKTRACE": "enable=no",
        "GLIBC_TUNABLES": "glibc.malloc.tcache_count=32:glibc.malloc.tcache_max=2048",
    ]

    /// The program starts itself once more, as the same process.
    private static func startAsWanted() {
        let missing = wanted.filter { getenv($0.key) == nil }
        guard !missing.isEmpty, let path = realpath("/proc/self/exe", nil) else { return }
        for (name, value) in missing { setenv(name, value, 1) }
        execv(path, CommandLine.unsafeArgv)
        // Where that fails, it starts as it is.
        free(path)
    }

    /// - Returns: the exit status: 0 after a signal, 1 when the server could not start.
    package static func run(_ arguments: [String], environment: [String: String]) async -> Int32 {
        if arguments.contains(where: { ["-h", "-help", "--help"].contains($0) }) {
            Console.write(ServerFlags.help)
            return 0
        }
        do {
            let flags = try ServerFlags.set.parse(arguments, environment: environment)
            guard flags.arguments.isEmpty else { throw ConfigurationError("server takes flags only, no arguments") }
            let dev = try DevMode(flags)
            let read = { () throws -> ServerConfiguration in try load(flags, dev, environment) }
            return try await serve(try read(), dev, environment, reading: read)
        } catch {
            Console.complain("Error starting the server: \(error)")
            return 1
        }
    }

    private static func apply(_ flags: ParsedFlags, to log: inout LogSettings) throws(ConfigurationError) {
        if flags.isGiven("log-file") { log.file = flags.string("log-file") }
        if flags.isGiven("log-rotate-bytes") { log.rotateBytes = max(flags.int("log-rotate-bytes"), 0) }
        if flags.isGiven("log-rotate-max-files") { log.rotateMaximumFiles = flags.int("log-rotate-max-files") }
        guard flags.isGiven("log-rotate-duration") else { return }
        guard let duration = GoDuration.parse(flags.string("log-rotate-duration")), duration >= .zero else {
            throw ConfigurationError("-log-rotate-duration must be a duration such as 24h")
        }
        log.rotateDuration = duration
    }

    private static func load(
        _ flags: ParsedFlags, _ dev: DevMode?, _ environment: [String: String]
    ) throws(ConfigurationError) -> ServerConfiguration {
        var configuration = try loadFiles(flags, dev, environment)
        if flags.isGiven("log-level") { configuration.logLevel = flags.string("log-level") }
        if flags.isGiven("log-format") { configuration.logFormat = flags.string("log-format") }
        try apply(flags, to: &configuration.log)
        if flags.bool("recovery") {
            if dev != nil { throw ConfigurationError("-recovery and -dev exclude each other") }
            configuration.isRecovery = true
        }
        return configuration
    }

    private static func loadFiles(
        _ flags: ParsedFlags, _ dev: DevMode?, _ environment: [String: String]
    ) throws(ConfigurationError) -> ServerConfiguration {
        if let dev { return try dev.configuration(environment) }
        var paths = flags.strings("config")
        if paths.isEmpty, let path = environment["VAULT_CONFIG_PATH"], !path.isEmpty { paths = [path] }
        if paths.isEmpty {
            throw ConfigurationError("Must specify at least one config path using -config, or use -dev")
        }
        return try ConfigurationFiles.load(paths, environment: environment)
    }

    private static func serve(
        _ configuration: ServerConfiguration, _ dev: DevMode?, _ environment: [String: String],
        reading read: () throws -> ServerConfiguration
    ) async throws -> Int32 {
        let levels = LogLevels(LogLevels.level(named: configuration.logLevel) ?? .info)
        let feed = LogFeed()
        let file = configuration.log.file.isEmpty ? nil : try LogFile(configuration.log, clock: SystemClock())
        let log = Logger(label: "core") { name in
            ServerLog(
                clock: SystemClock(), isJSON: configuration.logFormat == "json", levels: levels, feed: feed, file: file,
                name: name)
        }
        let outputs = LogOutputs(levels: levels, feed: feed, file: file)
        let server = try await RunningServer.start(configuration, log: log, outputs, environment: environment)
        Console.write(Banner.text(configuration, server))
        for warning in configuration.warnings { log.warning("\(warning)") }
        try PIDFile.write(configuration.pidFile)
        defer { PIDFile.remove(configuration.pidFile) }
        if let dev { try await dev.prepare(server, environment) }
        let notice = SystemdNotice(environment)
        notice.ready()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await notice.feedWatchdog(SystemClock()) }
            try await waitForTheEnd(server, notice, reading: read)
            notice.stopping()
            await server.stop()
            group.cancelAll()
        }
        dev?.cleanUp()
        return 0
    }

    private static func waitForTheEnd(
        _ server: RunningServer, _ notice: SystemdNotice, reading read: () throws -> ServerConfiguration
    ) async throws {
        let signals = Signals()
        while true {
            switch try await signals.next() {
            case .reload:
                Console.write("==> Vault reload triggered")
                notice.reloading()
                do {
                    server.reload(try read())
                } catch {
                    server.log.error("the configuration could not be read anew", metadata: ["error": "\(error)"])
                }
                notice.ready()
            case .stop:
                Console.write("==> Vault shutdown triggered")
                return
            }
        }
    }
}

/// The file that tells other programs which process this is.
enum PIDFile {
    static func write(_ path: String) throws(ConfigurationError) {
        if path.isEmpty { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw ConfigurationError("pid_file \(path): \(String(cString: strerror(errno)))")
        }
        Console.write("\(getpid())", to: descriptor)
        close(descriptor)
    }

    static func remove(_ path: String) {
        if !path.isEmpty { unlink(path) }
    }
}
