internal import CofferBase
internal import CofferCore
internal import CofferJSON
internal import Glibc
internal import Logging

/// Log lines on standard output, and in a file when there is one, in the form that Vault's users know, or one JSON object a line.
struct ServerLog: LogHandler {
    let clock: any WallClock
    let isJSON: Bool
    let levels: LogLevels
    let feed: LogFeed
    let file: LogFile?
    var metadata: Logger.Metadata = [:]
    let name: String

    var logLevel: Logger.Level {
        get { min(levels.level(of: name), feed.leastLevel ?? .critical) }
        set { _ = levels.set(newValue, for: name) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let merged = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let fields = merged.sorted { $0.key < $1.key }
        feed.offer(event.level) { isJSON in isJSON ? json(event, fields) : plain(event, fields) }
        // The level that lets this through may be a watcher's.
        guard event.level >= levels.level(of: name) else { return }
        let line = isJSON ? json(event, fields) : plain(event, fields)
        Console.write(line, to: STDOUT_FILENO)
        file?.write(line)
    }

    private func plain(_ event: LogEvent, _ fields: [(key: String, value: Logger.Metadata.Value)]) -> String {
        var line = "\(clock.now.rfc3339) \(Self.tag(event.level)) \(name): \(Self.clean("\(event.message)"))"
        if !fields.isEmpty {
            line += ": " + fields.map { "\($0.key)=\(Self.clean("\($0.value)"))" }.joined(separator: " ")
        }
        return line + "\n"
    }

    private func json(_ event: LogEvent, _ fields: [(key: String, value: Logger.Metadata.Value)]) -> String {
        var object = JSONObject()
        object.append("@level", .string(event.level.rawValue))
        object.append("@message", .string("\(event.message)"))
        object.append("@module", .string(name))
        object.append("@timestamp", .string(clock.now.rfc3339))
        for (key, value) in fields { object[key] = .string("\(value)") }
        return JSON.object(object).text + "\n"
    }

    /// No text can forge a second line.
    private static func clean(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }))
    }

    private static func tag(_ level: Logger.Level) -> String {
        switch level {
        case .trace: "[TRACE]"
        case .debug: "[DEBUG]"
        case .info, .notice: "[INFO] "
        case .warning: "[WARN] "
        case .error, .critical: "[ERROR]"
        }
    }
}
