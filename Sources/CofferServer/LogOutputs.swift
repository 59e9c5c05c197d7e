internal import CofferCore

/// Where log lines go, and which.
struct LogOutputs: Sendable {
    let levels: LogLevels
    let feed: LogFeed
    let file: LogFile?
}
