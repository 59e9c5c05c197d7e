package import Logging
internal import Synchronization

/// Log lines for whoever watches (`sys/monitor`). Without a watcher a line costs one load of a flag.
package final class LogFeed: Sendable {
    private struct State {
        var watchers: [LogWatcher] = []
        var leastLevel: Logger.Level?
    }

    private let state = Mutex(State())
    private let isWatched = Atomic(false)

    package init() {}

    /// The least level that anybody watches; nil while nobody does.
    package var leastLevel: Logger.Level? {
        isWatched.load(ordering: .acquiring) ? state.withLock { $0.leastLevel } : nil
    }

    /// - Parameter line: writes the line, in JSON or not, with its line break.
    package func offer(_ level: Logger.Level, _ line: (_ isJSON: Bool) -> String) {
        guard isWatched.load(ordering: .acquiring) else { return }
        for watcher in state.withLock({ $0.watchers }) where level >= watcher.level {
            watcher.add(line(watcher.isJSON))
        }
    }

    /// Nothing is kept for it before its first `next`.
    package func watcher(_ level: Logger.Level, isJSON: Bool) -> LogWatcher {
        LogWatcher(self, level, isJSON: isJSON)
    }

    /// Ends everybody's watching: the server is sealed.
    package func end() {
        for watcher in state.withLock({ $0.watchers }) { watcher.close() }
    }

    fileprivate func enter(_ watcher: LogWatcher) { change { $0.append(watcher) } }
    fileprivate func leave(_ watcher: LogWatcher) { change { $0.removeAll { $0 === watcher } } }

    private func change(_ body: (inout [LogWatcher]) -> Void) {
        let isWatched = state.withLock { state in
            body(&state.watchers)
            state.leastLevel = state.watchers.map(\.level).min()
            return !state.watchers.isEmpty
        }
        self.isWatched.store(isWatched, ordering: .releasing)
    }
}

/// One who watches the log, and what has come for it.
package final class LogWatcher: Sendable {
    private struct State {
        var lines: [UInt8] = []
        var dropped = 0
        var hasBegun = false
        var isOver = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    /// Bytes that wait for a client that reads slowly; what comes then is dropped, and the client told.
    private static let mostWaiting = 256 << 10

    let level: Logger.Level
    let isJSON: Bool
    private let feed: LogFeed
    private let state = Mutex(State())

    fileprivate init(_ feed: LogFeed, _ level: Logger.Level, isJSON: Bool) {
        self.feed = feed
        self.level = level
        self.isJSON = isJSON
    }

    /// What has come since the last time, or comes next; nil when the watching is over.
    package func next() async -> [UInt8]? {
        let isFirst = state.withLock { state in
            defer { state.hasBegun = true }
            return !state.hasBegun && !state.isOver
        }
        if isFirst { feed.enter(self) }
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if !state.lines.isEmpty || state.isOver { return true }
                state.waiter = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
        return state.withLock { state in
            // What came before the end is told.
            if state.lines.isEmpty { return nil }
            defer { state.lines = [] }
            return state.lines
        }
    }

    package func close() {
        feed.leave(self)
        wake { $0.isOver = true }
    }

    fileprivate func add(_ line: String) {
        wake { state in
            if state.isOver { return }
            guard state.lines.count + line.utf8.count <= Self.mostWaiting else {
                state.dropped += 1
                return
            }
            if state.dropped > 0 {
                let note = "Monitor dropped \(state.dropped) logs during monitor request"
                state.lines += isJSON ? "{\"@level\":\"warn\",\"@message\":\"\(note)\"}\n".utf8 : "\(note)\n".utf8
                state.dropped = 0
            }
            state.lines += line.utf8
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            guard !state.lines.isEmpty || state.isOver else { return nil as CheckedContinuation<Void, Never>? }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
