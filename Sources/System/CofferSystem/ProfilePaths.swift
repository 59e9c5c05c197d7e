internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON

/// `sys/pprof`: what this process uses, under the names of Go's profiles and in plain text.
///
/// The data are Linux's own. Command lines and environments are not shown: they may hold secrets.
struct ProfilePaths {
    let core: Core

    struct Input: Sendable {
        var seconds: Int64 = 0

        static let schema = Schema<Input>(
            { Input() }, [Field("seconds", \.seconds, "How long to look; at most 90.").query])
    }

    private static let traits = PathTraits.traits {
        $0.isLocalOnly = true
        $0.isNeverWrapped = true
        $0.openedBy = "pprof"
    }

    var paths: [Path] {
        [
            index, program,
            text("allocs", "memory-allocations", "Memory of the process.") { _ in ProcessFacts.memory },
            text("block", "blocking", "How often threads waited.") { _ in ProcessFacts.switches },
            text("goroutine", "goroutines", "Requests that are being served.") { requests($0) },
            text("heap", "memory-allocations-live", "Memory of the process.") { _ in ProcessFacts.memory },
            text("mutex", "mutexes", "How often threads waited.") { _ in ProcessFacts.switches },
            text("threadcreate", "thread-creations", "The threads of the process.") { _ in ProcessFacts.threads },
            text("symbol", "symbols", "Names of program counters.") { _ in "num_symbols: 0\n" },
            timed("profile", "cpu-profile", "Processor time of each thread while looking.", usual: 30),
            timed("trace", "execution-trace", "Processor time of each thread while looking.", usual: 1),
        ]
    }

    private static let names = [
        "allocs", "block", "cmdline", "goroutine", "heap", "mutex", "profile", "symbol", "threadcreate", "trace",
    ]

    private var index: Path {
        Path(
            "pprof", "The profiles that there are.", traits: Self.traits,
            [
                Verb(.read, "pprof-index", "The profiles that there are.") { _ in
                    let rows = Self.names.map { "<li><a href=\"pprof/\($0)\">\($0)</a></li>" }.joined(separator: "\n")
                    let page = "<!doctype html>\n<title>Profiles</title>\n<ul>\n\(rows)\n</ul>\n"
                    return Reply(.raw(contentType: "text/html; charset=utf-8", Array(page.utf8)))
                }
            ])
    }

    private var program: Path {
        text("cmdline", "command-line", "The program's name.") { _ in HostInfo.file("/proc/self/comm") }
    }

    private func text(
        _ name: String, _ id: String, _ synopsis: String, _ body: @escaping @Sendable (Call) -> String
    ) -> Path {
        Path(
            "pprof/" + name, synopsis, traits: Self.traits,
            [Verb(.read, "pprof-" + id, synopsis) { call in Self.plain(body(call)) }])
    }

    private func timed(_ name: String, _ id: String, _ synopsis: String, usual: Int64) -> Path {
        Path(
            "pprof/" + name, synopsis, traits: Self.traits,
            [
                Verb(.read, "pprof-" + id, synopsis, Input.schema) { call, input in
                    let seconds = input.seconds > 0 ? min(input.seconds, 90) : usual
                    let before = ProcessFacts.threadTimes
                    try await call.clock.sleep(until: call.now + .seconds(seconds))
                    return Self.plain(ProcessFacts.used(since: before, seconds: seconds))
                }
            ])
    }

    private func requests(_ call: Call) -> String {
        let entries = core.inFlight.entries
        let rows = entries.map { entry in
            "\(entry.method) \(entry.path) for \((call.now - entry.startTime).wholeNanoseconds / 1_000_000) ms\n"
        }
        return "requests: \(entries.count)\n" + rows.joined()
    }

    private static func plain(_ text: String) -> Reply {
        Reply(.raw(contentType: "text/plain; charset=utf-8", Array(text.utf8)))
    }
}
