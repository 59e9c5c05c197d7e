package import CofferBase
package import CofferStorage

/// An entry of the calendar: this lease ends at this time, unless it has been moved since.
package struct CalendarEntry: Hashable, Sendable {
    package let time: Timestamp
    package let id: String
}

/// What is due: first found by the calendar alone, then read where it is ended.
extension Leases {
    private static let pageLength = 256
    private static let mostPages = 400

    /// Entries whose time has come by `now`, earliest first.
    ///
    /// Those that `isWanted` refuses are passed over; behind very many of them none are found.
    package func due(
        at now: Timestamp, limit: Int, where isWanted: (CalendarEntry) -> Bool = { _ in true }
    ) async throws -> [CalendarEntry] {
        var due: [CalendarEntry] = []
        var after: StorageKey?
        for _ in 0..<Self.mostPages {
            let keys = try await view.scan("at/", after: after, limit: Self.pageLength)
            for key in keys {
                guard let (time, id) = Self.parse(key), time <= now, due.count < limit else { return due }
                let entry = CalendarEntry(time: time, id: id)
                if isWanted(entry) { due.append(entry) }
            }
            if keys.count < Self.pageLength { break }
            after = keys.last
        }
        return due
    }

    /// The lease that an entry of the calendar stands for; nil when there is none any more, or when it is damaged.
    package func lease(at entry: CalendarEntry) async throws -> Lease? {
        try await view.transaction { transaction in try await load([entry], in: &transaction).first }
    }

    /// Those of the leases that end at the time of their entry, as the transaction sees them. An entry without its
    /// lease is removed; a damaged lease keeps its entry, for whoever repairs it.
    package func load(_ entries: [CalendarEntry], in transaction: inout Transaction) async throws -> [Lease] {
        var found: [Lease] = []
        for entry in entries where TokenWindow(id: entry.id) == nil {
            let stored = try await self.entries.find(entry.id, in: &transaction)
            if let lease = stored.lease, lease.expireTime == entry.time, !lease.isIrrevocable {
                found.append(lease)
                continue
            }
            if case .damaged = stored { continue }
            try await transaction.within(view) { $0.delete(Self.calendarKey(entry.time, entry.id)) }
        }
        return found
    }
}
