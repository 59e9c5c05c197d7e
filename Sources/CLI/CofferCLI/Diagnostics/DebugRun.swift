internal import CofferBase
internal import CofferClient
internal import CofferJSON

/// The looks of a debug run, one after the other.
struct DebugRun: Sendable {
    let plan: DebugPlan
    let client: Client
    let clock: any WallClock
    let bundle: DebugBundle
    let say: @Sendable (String) -> Void

    func run() async {
        async let log: Void = followLog()
        async let metrics: Void = followMetrics()
        let end = plan.start + plan.duration
        var count = 0
        repeat {
            let next = min(clock.now + plan.interval, end)
            say("\(clock.now.rfc3339) [INFO]  capturing: count=\(count)")
            for target in plan.chosen where target != .metrics { await look(at: target) }
            if plan.chosen.contains(.pprof) { await profile(until: next) }
            count += 1
            try? await clock.sleep(until: next)
        } while clock.now < end
        _ = await (log, metrics)
    }

    private func look(at target: DebugTarget) async {
        for read in target.reads { await keep(read.path, in: read.file, target) }
    }

    private func keep(_ path: String, in file: String, _ target: DebugTarget) async {
        do {
            // A status of health that is no success is an answer, too.
            let answer = try await client.send(APIRequest(.get, path))
            if let failure = answer.failure, !path.hasPrefix("sys/health") { throw ClientError.response(failure) }
            var entry: JSONObject = ["timestamp": .string(clock.now.rfc3339), "path": .string(path)]
            let object = try answer.object() ?? [:]
            entry["data"] = object["data"].flatMap { $0.isNull ? nil : $0 } ?? .object(object)
            bundle.add(.object(entry), to: file)
        } catch {
            bundle.note("\(error)", target.rawValue, at: clock.now)
        }
    }

    private func followMetrics() async {
        guard plan.chosen.contains(.metrics) else { return }
        let end = plan.start + plan.duration
        repeat {
            for read in DebugTarget.metrics.reads { await keep(read.path, in: read.file, .metrics) }
            try? await clock.sleep(until: min(clock.now + plan.metricsInterval, end))
        } while clock.now < end
    }

    private func followLog() async {
        guard plan.chosen.contains(.log) else { return }
        let request = APIRequest(
            .get, "sys/monitor", query: [("log_level", "trace"), ("log_format", plan.logFormat)])
        let bundle = bundle
        do {
            try await client.stream(request, limit: plan.duration) { bundle.append($0, to: "vault.log") }
        } catch {
            bundle.note("\(error)", DebugTarget.log.rawValue, at: clock.now)
        }
    }

    /// The profile of the processor takes as long as it looks, so it stands in for a part of the waiting.
    private func profile(until next: Timestamp) async {
        let folder = clock.now.rfc3339.prefix(19).split(separator: ":").joined(separator: "-") + "Z"
        for name in DebugTarget.profiles { await keepProfile(name, in: folder, []) }
        // Rounded up, since most of a second would else be none.
        let seconds = ((next - clock.now) + .milliseconds(999)).wholeSeconds
        if seconds > 0 { await keepProfile("profile", in: folder, [("seconds", String(seconds))]) }
    }

    private func keepProfile(_ name: String, in folder: String, _ query: [(name: String, value: String)]) async {
        var client = client
        client.configuration.retries = 0
        do {
            let answer = try await client.call(APIRequest(.get, "sys/pprof/" + name, query: query))
            bundle.append(answer.body, to: "\(folder)/\(name).prof")
        } catch {
            bundle.note("\(error)", "pprof/" + name, at: clock.now)
        }
    }
}
