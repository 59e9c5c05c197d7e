internal import CofferCore
internal import CofferFramework
internal import CofferJSON

/// `sys/loggers`: levels of the server log, until the next start.
struct LoggerPaths {
    let core: Core

    struct Input: Sendable {
        var level = ""

        static let schema = Schema<Input>(
            { Input() }, [Field("level", \.level, "trace, debug, info, warn or error.").required])
    }

    var paths: [Path] {
        [
            Path(
                "loggers", "Levels of all loggers.",
                [
                    Verb(.read, "loggers-read-verbosity-level", "Read the levels of all loggers.") { _ in
                        .data(read(nil))
                    },
                    Verb(.update, "loggers-update-verbosity-level", "Set the level of all loggers.", Input.schema) {
                        _, input in
                        try set(input.level, nil)
                    },
                    Verb(.delete, "loggers-revert-verbosity-level", "Back to the configured level.") { _ in
                        try revert(nil)
                    },
                ]),
            Path(
                "loggers/:name", "Level of one logger.", captures: ["name": "Name of the logger."],
                [
                    Verb(.read, "loggers-read-verbosity-level-for", "Read the level of one logger.") { call in
                        let found = read(call.capture("name"))
                        if found.isEmpty { throw Self.unknown }
                        return .data(found)
                    },
                    Verb(.update, "loggers-update-verbosity-level-for", "Set the level of one logger.", Input.schema) {
                        call, input in
                        try set(input.level, call.capture("name"))
                    },
                    Verb(.delete, "loggers-revert-verbosity-level-for", "Back to the configured level.") { call in
                        try revert(call.capture("name"))
                    },
                ]),
        ]
    }

    private static let unknown = EngineError.badRequest("logger not found")

    private func read(_ name: String?) -> JSONObject {
        var object = JSONObject()
        for (logger, level) in core.configuration.logLevels.all where name == nil || name == logger {
            object.append(logger, .string(LogLevels.name(of: level)))
        }
        return object
    }

    private func set(_ level: String, _ name: String?) throws(EngineError) -> Reply {
        guard let level = LogLevels.level(named: level) else {
            throw .badRequest("invalid level; use trace, debug, info, warn or error")
        }
        guard core.configuration.logLevels.set(level, for: name) else { throw Self.unknown }
        return .empty
    }

    private func revert(_ name: String?) throws(EngineError) -> Reply {
        guard core.configuration.logLevels.set(nil, for: name) else { throw Self.unknown }
        return .empty
    }
}
