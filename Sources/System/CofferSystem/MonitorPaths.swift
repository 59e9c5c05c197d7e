internal import CofferCore
internal import CofferFramework
internal import CofferJSON

/// `sys/monitor`: the server's log as it is written, until the client leaves or the server is sealed.
struct MonitorPaths {
    let core: Core

    struct Input: Sendable {
        var level = "info"
        var format = "standard"

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("log_level", \.level, "Least level: trace, debug, info, warn or error.").query,
                Field("log_format", \.format, "standard or json.").query,
            ])
    }

    var paths: [Path] {
        [
            Path(
                "monitor", "The server's log as it is written.",
                traits: .traits {
                    $0.isLocalOnly = true
                    $0.isNeverWrapped = true
                },
                [Verb(.read, "monitor", "Watch the log.", Input.schema) { _, input in try watch(input) }])
        ]
    }

    private func watch(_ input: Input) throws -> Reply {
        guard let level = LogLevels.level(named: input.level.isEmpty ? "info" : input.level) else {
            throw EngineError.badRequest("unknown log level")
        }
        let format = input.format.lowercased()
        guard ["", "standard", "json"].contains(format) else { throw EngineError.badRequest("unknown log format") }
        let watcher = core.configuration.logFeed.watcher(level, isJSON: format == "json")
        let stream = ByteStream(close: { watcher.close() }) { await watcher.next() }
        return Reply(.stream(contentType: "text/plain; charset=utf-8", stream))
    }
}
