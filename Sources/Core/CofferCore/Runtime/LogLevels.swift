internal import CofferBase
package import Logging

/// The least level that each logger writes, changed while the server runs.
package final class LogLevels: Sendable {
    /// What the configuration says, to which a logger goes back.
    private let configuration: Snapshot<Logger.Level>
    private let levels: Snapshot<[String: Logger.Level]>

    package init(_ configured: Logger.Level, loggers: [String] = ["core"]) {
        configuration = Snapshot(configured)
        levels = Snapshot(Dictionary(uniqueKeysWithValues: loggers.map { ($0, configured) }))
    }

    private var configured: Logger.Level { configuration.value }

    /// The configuration says something else from now on; what was changed by hand stays when it says the same.
    package func configure(_ level: Logger.Level) {
        if level == configured { return }
        configuration.replace(with: level)
        _ = set(nil, for: nil)
    }

    package func level(of logger: String) -> Logger.Level { levels.value[logger] ?? configured }

    package var all: [(name: String, level: Logger.Level)] {
        levels.value.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// False when there is no such logger. Nil for all loggers; a nil level is the configured one.
    package func set(_ level: Logger.Level?, for logger: String?) -> Bool {
        levels.update { levels in
            guard let logger else {
                levels = levels.mapValues { _ in level ?? configured }
                return true
            }
            guard levels[logger] != nil else { return false }
            levels[logger] = level ?? configured
            return true
        }
    }

    /// A level by Vault's names.
    package static func level(named name: String) -> Logger.Level? {
        switch name.lowercased() {
        case "trace": .trace
        case "debug": .debug
        case "info", "notice": .info
        case "warn", "warning": .warning
        case "error", "err": .error
        default: nil
        }
    }

    package static func name(of level: Logger.Level) -> String {
        switch level {
        case .trace: "trace"
        case .debug: "debug"
        case .info, .notice: "info"
        case .warning: "warn"
        case .error, .critical: "error"
        }
    }
}
