internal import CofferBase
internal import CofferMetrics

/// What the barrier measures. A batch counts as one write, and as a deletion when it writes nothing.
///
/// A class: it is handed around at every access.
final class BarrierMeters: Sendable {
    let get: Summary
    let put: Summary
    let delete: Summary
    let list: Summary
    let hits: Counter
    let misses: Counter
    private let clock: any WallClock

    init(_ metrics: Metrics) {
        get = metrics.summary("barrier.get")
        put = metrics.summary("barrier.put")
        delete = metrics.summary("barrier.delete")
        list = metrics.summary("barrier.list")
        hits = metrics.counter("cache.hit")
        misses = metrics.counter("cache.miss")
        clock = metrics.clock
    }

    var start: Timestamp { clock.now }

    /// The cache knew what was read.
    func hit(since start: Timestamp) {
        let now = clock.now
        hits.add(at: now)
        get.measure(from: start, to: now)
    }
}

extension Summary {
    /// Nothing for what was not begun.
    func measure(since start: Timestamp?) {
        if let start { measure(since: start) }
    }
}
