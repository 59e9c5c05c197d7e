internal import CofferStorage

/// Entries up to a bound; the hand of a clock passes over those that were used since it last came by
/// and takes the others. An entry that is read once and never again leaves first.
struct ClockRing {
    private struct Slot {
        let key: StorageKey
        /// Nil: known to be absent.
        var entry: StoredEntry?
        var isRecent = false

        /// With what the map and the array headers cost.
        var bytes: Int { key.bytes.count + (entry?.value.count ?? 0) + 128 }
    }

    private let maximumEntries: Int
    private let maximumBytes: Int
    private var places: [StorageKey: Int] = [:]
    private var slots: [Slot] = []
    private var hand = 0
    private(set) var bytes = 0

    init(maximumEntries: Int, maximumBytes: Int) {
        self.maximumEntries = maximumEntries
        self.maximumBytes = maximumBytes
    }

    var count: Int { slots.count }

    /// The entry, or nil inside when it is known to be absent; nil when nothing is known.
    mutating func entry(for key: StorageKey) -> StoredEntry?? {
        guard let place = places[key] else { return nil }
        slots[place].isRecent = true
        return .some(slots[place].entry)
    }

    /// Keeps the entry unless it is too large to be worth its place.
    mutating func insert(_ entry: StoredEntry?, for key: StorageKey) {
        let slot = Slot(key: key, entry: entry)
        if let place = places[key] {
            let grown = bytes - slots[place].bytes + slot.bytes
            guard slot.bytes <= maximumBytes / 4, grown <= maximumBytes else {
                remove(at: place)
                return insert(entry, for: key)
            }
            slots[place].entry = entry
            bytes = grown
            return
        }
        guard slot.bytes <= maximumBytes / 4, maximumEntries > 0 else { return }
        while slots.count >= maximumEntries || bytes + slot.bytes > maximumBytes { evictOne() }
        places[key] = slots.count
        slots.append(slot)
        bytes += slot.bytes
    }

    mutating func remove(_ key: StorageKey) {
        if let place = places[key] { remove(at: place) }
    }

    private mutating func evictOne() {
        while true {
            if hand >= slots.count { hand = 0 }
            guard slots[hand].isRecent else { return remove(at: hand) }
            slots[hand].isRecent = false
            hand += 1
        }
    }

    /// The last slot moves into the gap.
    private mutating func remove(at place: Int) {
        slots.swapAt(place, slots.count - 1)
        let removed = slots.removeLast()
        places[removed.key] = nil
        if place < slots.count { places[slots[place].key] = place }
        bytes -= removed.bytes
    }
}
