internal import Synchronization

/// Values that wait for somebody to come back with the right id: each for a while and once, in bounded number.
///
/// In memory: what waits is lost when its owner goes, so that no ticket is good twice.
package final class Tickets<Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let expiry: Timestamp
    }

    private let clock: any WallClock
    private let lifetime: Duration
    private let capacity: Int
    private let entries = Mutex<[String: Entry]>([:])

    package init(clock: any WallClock, lifetime: Duration = .seconds(300), capacity: Int = 20_000) {
        self.clock = clock
        self.lifetime = lifetime
        self.capacity = capacity
    }

    /// False when too many are waiting.
    package func keep(_ value: Value, as id: String) -> Bool {
        let now = clock.now
        return entries.withLock { entries in
            if entries.count >= capacity { entries = entries.filter { $0.value.expiry > now } }
            guard entries.count < capacity else { return false }
            entries[id] = Entry(value: value, expiry: now + lifetime)
            return true
        }
    }

    /// The value, which goes on waiting.
    package func look(at id: String) -> Value? {
        let now = clock.now
        guard let entry = entries.withLock({ $0[id] }), entry.expiry > now else { return nil }
        return entry.value
    }

    /// The value, for the one who asks first.
    package func take(_ id: String) -> Value? {
        let now = clock.now
        guard let entry = entries.withLock({ $0.removeValue(forKey: id) }), entry.expiry > now else { return nil }
        return entry.value
    }
}
