internal import CofferBase
internal import CofferClient
internal import CofferJSON
internal import GoFlags

/// `debug`: looks at a server again and again, and puts what it saw into one file.
enum DebugCommand {
    static let command = Command(
        name: "debug", synopsis: "Runs the debug command", arguments: "[options]",
        about: """
            Asks a server for its configuration, host, metrics, profiles, status and log
            for some time, and writes the answers into one archive.

                $ {name} debug -duration=1m -interval=10s

            What it can ask for depends on the token; what is refused is noted in the
            archive's index.
            """,
        groups: [
            FlagGroup(
                "Command Options",
                [
                    Flag("compress", .bool, default: "true", "Write one .tar.gz file; otherwise a folder."),
                    Flag("duration", .duration, default: "2m", "How long to look."),
                    Flag("interval", .duration, default: "30s", "Time between two looks."),
                    Flag("log-format", default: "standard", "Form of the log: standard or json."),
                    Flag("metrics-interval", .duration, default: "10s", "Time between two readings of metrics."),
                    Flag("output", "Where to write; by default a name with the time in the current folder."),
                    Flag(
                        "target", .strings,
                        "What to look at; may be repeated: \(DebugTarget.allCases.map(\.rawValue).joined(separator: ", "))."
                    ),
                ])
        ], count: .exactly(0),
        run: { call in
            let clock = SystemClock()
            let plan = try DebugPlan(call.flags, now: clock.now)
            let client = try call.client()
            if LocalFile.exists(plan.output) {
                throw CommandFailure.local("output file or folder already exists: \(plan.output)")
            }
            call.say(try await plan.banner(client, call.program.version))
            let bundle = DebugBundle(time: clock.now)
            await DebugRun(plan: plan, client: client, clock: clock, bundle: bundle, say: { call.say($0) }).run()
            call.say("Finished capturing information, bundling files...")
            try bundle.write(to: plan.output, asArchive: plan.compresses, index: plan.index(client, call, bundle))
            call.say("Success! Bundle written to: \(plan.output)")
            return 0
        })
}

/// What can be looked at.
enum DebugTarget: String, CaseIterable, Sendable {
    case config, host, log, metrics, pprof, requests
    case replicationStatus = "replication-status"
    case serverStatus = "server-status"

    /// File and path of what is asked for at every look, as JSON; nothing for the log and the profiles.
    var reads: [(file: String, path: String)] {
        switch self {
        case .config: [("config.json", "sys/config/state/sanitized")]
        case .host: [("host_info.json", "sys/host-info")]
        case .metrics: [("metrics.json", "sys/metrics")]
        case .requests: [("requests.json", "sys/in-flight-req")]
        case .replicationStatus: [("replication_status.json", "sys/replication/status")]
        case .serverStatus: [("server_status.json", "sys/health"), ("server_status.json", "sys/seal-status")]
        case .log, .pprof: []
        }
    }

    static let profiles = ["allocs", "block", "goroutine", "heap", "mutex", "threadcreate"]
}

/// What the flags ask for.
struct DebugPlan: Sendable {
    let duration: Duration
    let interval: Duration
    let metricsInterval: Duration
    let targets: [DebugTarget]
    let output: String
    let compresses: Bool
    let logFormat: String
    let start: Timestamp

    init(_ flags: ParsedFlags, now: Timestamp) throws {
        duration = flags.duration("duration")
        interval = flags.duration("interval")
        metricsInterval = flags.duration("metrics-interval")
        // The reference asks for five seconds; a shorter look is of use when one is enough.
        guard duration > .zero, interval > .zero, metricsInterval > .zero else {
            throw CommandFailure.local("duration, interval and metrics-interval must be more than zero")
        }
        guard interval <= duration, metricsInterval <= duration else {
            throw CommandFailure.local("an interval must not be longer than the duration")
        }
        targets = try flags.strings("target").flatMap { $0.split(separator: ",") }.map { name in
            guard let target = DebugTarget(rawValue: String(name)) else {
                throw CommandFailure.local("unknown target: \(name)")
            }
            return target
        }
        compresses = flags.bool("compress")
        logFormat = flags.string("log-format")
        start = now
        let stamp = now.rfc3339.prefix(19).split(separator: ":").joined(separator: "-") + "Z"
        let named = flags.string("output")
        var path = named.isEmpty ? "vault-debug-\(stamp)" : named
        if compresses && !path.hasSuffix(".tar.gz") && !path.hasSuffix(".tgz") { path += ".tar.gz" }
        output = path
    }

    var chosen: [DebugTarget] { targets.isEmpty ? DebugTarget.allCases : targets }

    func banner(_ client: Client, _ version: String) async throws -> String {
        let health = try? await client.send(APIRequest(.get, "sys/health").asPreparation()).object()
        let rows = [
            ("Vault Address", client.configuration.address), ("Client Version", version),
            ("Server Version", health?["version"]?.stringValue ?? "unknown"),
            ("Duration", GoText.duration(duration.wholeSeconds)), ("Interval", GoText.duration(interval.wholeSeconds)),
            ("Metrics Interval", GoText.duration(metricsInterval.wholeSeconds)),
            ("Targets", chosen.map(\.rawValue).joined(separator: ", ")), ("Output", output),
        ]
        let lines = rows.map { name, value in
            String(repeating: " ", count: max(22 - name.count, 0)) + "\(name): \(value)"
        }
        return "==> Starting debug capture...\n" + lines.joined(separator: "\n") + "\n"
    }

    func index(_ client: Client, _ call: Invocation, _ bundle: DebugBundle) -> JSON {
        [
            "version": 1, "vault_address": .string(client.configuration.address),
            "client_version": .string(call.program.version), "timestamp": .string(start.rfc3339),
            "duration_seconds": .int(duration.wholeSeconds), "interval_seconds": .int(interval.wholeSeconds),
            "metrics_interval_seconds": .int(metricsInterval.wholeSeconds), "compress": .bool(compresses),
            "targets": .strings(chosen.map(\.rawValue)), "output": .strings(bundle.names),
            "errors": .array(bundle.errors),
        ]
    }
}
