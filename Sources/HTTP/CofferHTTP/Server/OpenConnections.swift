internal import NIOCore
internal import Synchronization

/// Connections of one server that are open now, and which of them could go to make room.
///
/// Strangers can open connections without end (CVE-2026-15972). At the limit those that have waited longest for
/// their client are closed; a connection that serves a request never is.
final class OpenConnections: Sendable {
    /// One connection's place; what it does is noted without a lock.
    final class Place: Sendable {
        /// Since when it waits for its client, in nanoseconds of the event loops' clock; 0 while it serves.
        private let idleSince = Atomic<UInt64>(NIODeadline.now().uptimeNanoseconds)
        /// HTTP/2 serves many requests at once.
        private let serving = Atomic(0)

        func requestBegan() {
            if serving.add(1, ordering: .relaxed).oldValue == 0 { idleSince.store(0, ordering: .relaxed) }
        }

        func requestEnded() {
            guard serving.subtract(1, ordering: .relaxed).newValue == 0 else { return }
            touch()
        }

        /// The client did something, and is waited for again.
        func touch() { idleSince.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed) }

        var since: UInt64? {
            let time = idleSince.load(ordering: .relaxed)
            return time == 0 ? nil : time
        }
    }

    private struct Entry {
        let place: Place
        let channel: any Channel
    }

    private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

    /// Nil when there are `limit` already and all of them serve.
    func enter(_ channel: any Channel, limit: Int) -> Place? {
        let place = Place()
        let (isIn, leaving) = entries.withLock { entries -> (Bool, [Entry]) in
            var leaving: [Entry] = []
            if entries.count >= limit {
                leaving = Self.longestIdle(entries, atMost: max(limit / 64, 1))
                for entry in leaving { entries[ObjectIdentifier(entry.place)] = nil }
                if leaving.isEmpty { return (false, []) }
            }
            entries[ObjectIdentifier(place)] = Entry(place: place, channel: channel)
            return (true, leaving)
        }
        for entry in leaving { entry.channel.close(promise: nil) }
        return isIn ? place : nil
    }

    func leave(_ place: Place) { entries.withLock { $0[ObjectIdentifier(place)] = nil } }

    /// Several at once, so that not every newcomer at the limit costs a look at all.
    private static func longestIdle(_ entries: [ObjectIdentifier: Entry], atMost count: Int) -> [Entry] {
        let idle = entries.values.compactMap { entry in entry.place.since.map { (since: $0, entry: entry) } }
        return idle.sorted { $0.since < $1.since }.prefix(count).map(\.entry)
    }
}
