package import CofferBase
internal import Synchronization

/// Ten seconds, in which samples are gathered as go-metrics does.
enum Interval {
    static let seconds: Int64 = 10
    static func index(_ time: Timestamp) -> Int64 { time.seconds / seconds }
}

/// What one series gathered in an interval and the one before.
struct Windows<Content: Sendable>: Sendable {
    private var index: Int64 = .min
    private(set) var current: Content
    private(set) var previous: Content
    private let clear: @Sendable (inout Content) -> Void

    init(_ empty: Content, clear: @escaping @Sendable (inout Content) -> Void) {
        current = empty
        previous = empty
        self.clear = clear
    }

    mutating func change(at interval: Int64, _ body: (inout Content) -> Void) {
        if interval != index {
            swap(&current, &previous)
            if interval != index + 1 { clear(&previous) }
            clear(&current)
            index = interval
        }
        body(&current)
    }

    /// What an interval gathered; nil when it is not kept or nothing came.
    func content(of interval: Int64) -> Content? {
        if interval == index { return current }
        return index > .min && interval == index - 1 ? previous : nil
    }
}

/// Where a meter's updates go beside its own state.
struct MeterTap: Sendable {
    let tap: MetricTap
    let name: String

    func note(_ value: Double, _ kind: MetricTap.Kind) { tap.note(name, value, kind) }
}

/// A number that only grows.
package final class Counter: Sendable {
    private struct State {
        var total = 0.0
        var windows = Windows(Aggregate()) { $0 = Aggregate() }
        var lastUpdate = Timestamp(nanoseconds: 0)
    }

    private let clock: any WallClock
    private let tap: MeterTap?
    private let state = Mutex(State())

    init(_ clock: any WallClock, _ tap: MeterTap?) {
        self.clock = clock
        self.tap = tap
    }

    package func add(_ value: Double = 1) {
        if value.isFinite { add(value, at: clock.now) }
    }

    /// One more, when the time is known.
    package func add(at now: Timestamp) { add(1, at: now) }

    private func add(_ value: Double, at now: Timestamp) {
        state.withLock { state in
            state.total += value
            state.windows.change(at: Interval.index(now)) { $0.add(value) }
            state.lastUpdate = now
        }
        tap?.note(value, .counter)
    }

    package var total: Double { state.withLock { $0.total } }
    var lastUpdate: Timestamp { state.withLock { $0.lastUpdate } }
    func window(_ interval: Int64) -> Aggregate? { state.withLock { $0.windows.content(of: interval) } }
}

/// A number that is what it is now.
package final class Gauge: Sendable {
    private let clock: any WallClock
    private let tap: MeterTap?
    private let value = Mutex((value: 0.0, time: Timestamp(nanoseconds: 0)))

    init(_ clock: any WallClock, _ tap: MeterTap?) {
        self.clock = clock
        self.tap = tap
    }

    package func set(_ new: Double) {
        guard new.isFinite else { return }
        let now = clock.now
        value.withLock { $0 = (new, now) }
        tap?.note(new, .gauge)
    }

    package func set(_ new: Int) { set(Double(new)) }
    package var current: Double { value.withLock { $0.value } }
    var lastUpdate: Timestamp { value.withLock { $0.time } }
}

/// How samples are spread, nearly always durations in milliseconds.
package final class Summary: Sendable {
    private struct State {
        var count = 0
        var sum = 0.0
        var windows = Windows((Aggregate(), Histogram())) { content in
            content.0 = Aggregate()
            content.1.clear()
        }
        var lastUpdate = Timestamp(nanoseconds: 0)
    }

    struct Reading {
        let count: Int
        let sum: Double
        /// Of the last ten to twenty seconds.
        let recent: Histogram
    }

    private let clock: any WallClock
    private let tap: MeterTap?
    private let state = Mutex(State())

    init(_ clock: any WallClock, _ tap: MeterTap?) {
        self.clock = clock
        self.tap = tap
    }

    /// The time since `start`.
    package func measure(since start: Timestamp) { measure(from: start, to: clock.now) }

    /// The time between two readings of the clock, for several meters of one time.
    package func measure(from start: Timestamp, to now: Timestamp) {
        add(Double(now.nanoseconds &- start.nanoseconds) / 1e6, at: now)
    }

    package func add(_ value: Double) {
        if value.isFinite { add(value, at: clock.now) }
    }

    private func add(_ value: Double, at now: Timestamp) {
        state.withLock { state in
            state.count += 1
            state.sum += value
            state.windows.change(at: Interval.index(now)) { content in
                content.0.add(value)
                content.1.add(value)
            }
            state.lastUpdate = now
        }
        tap?.note(value, .timing)
    }

    func reading(at interval: Int64) -> Reading {
        state.withLock { state in
            let current = state.windows.content(of: interval)?.1 ?? Histogram()
            let before = state.windows.content(of: interval - 1)?.1 ?? Histogram()
            return Reading(count: state.count, sum: state.sum, recent: current + before)
        }
    }

    package var count: Int { state.withLock { $0.count } }
    var lastUpdate: Timestamp { state.withLock { $0.lastUpdate } }
    func window(_ interval: Int64) -> Aggregate? { state.withLock { $0.windows.content(of: interval)?.0 } }
}
