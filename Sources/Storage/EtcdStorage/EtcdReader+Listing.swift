internal import CofferStorage
internal import EtcdClient

/// Keys in order, in pages, all of one moment.
extension EtcdReader {
    private static let largestPage = 1024

    func children(of prefix: StorageKey, after: String?, limit: Int?) async throws(StorageError) -> [String] {
        // Again from the beginning when etcd has forgotten the moment of the first page.
        while true {
            let listing = FolderListing(of: prefix, after: after, limit: limit)
            if let names = try await names(listing, prefix, limit: limit) { return names }
        }
    }

    func scan(_ prefix: StorageKey, after: StorageKey?, limit: Int) async throws(StorageError) -> [StorageKey] {
        let start = after.map { max($0.successor, prefix) } ?? prefix
        while true {
            var keys: [StorageKey] = []
            var cursor = EtcdCursor(end: prefix)
            var next: StorageKey? = start
            while let from = next, keys.count < limit {
                let page = min(limit - keys.count, Self.largestPage)
                guard let found = try await self.keys(&cursor, from: from, limit: page) else { break }
                keys += found.keys
                next = found.hasMore ? found.keys.last?.successor : nil
                if next == nil { return keys }
            }
            if keys.count >= limit || limit <= 0 { return keys }
        }
    }

    /// Nil when the moment was forgotten.
    private func names(
        _ listing: FolderListing, _ prefix: StorageKey, limit: Int?
    ) async throws(StorageError) -> [String]? {
        var listing = listing
        var cursor = EtcdCursor(end: prefix)
        var size = min(limit.map { max($0, 1) + 1 } ?? Self.largestPage, Self.largestPage)
        while let start = listing.start {
            guard let found = try await keys(&cursor, from: start, limit: size) else { return nil }
            var used = 0
            for key in found.keys {
                guard let start = listing.start else { break }
                if key < start { continue }
                used += 1
                if case .next = listing.offer(key.bytes) { listing.moveOn(behind: key.bytes) }
            }
            if !found.hasMore, listing.start.map({ start in !found.keys.contains { !($0 < start) } }) ?? true {
                listing.finish()
            }
            // Where most of a page lies below one sub-folder, the next name is a page away: a small one.
            size = used < size / 2 ? max(used * 2, 2) : min(size * 2, Self.largestPage)
        }
        return listing.names
    }

    /// A page of keys; nil when the moment of the cursor was forgotten.
    private func keys(
        _ cursor: inout EtcdCursor, from start: StorageKey, limit: Int
    ) async throws(StorageError) -> (keys: [StorageKey], hasMore: Bool)? {
        let (layout, prefix, revision) = (layout, cursor.prefix, cursor.moment?.revision ?? 0)
        func range(_ generation: EtcdGeneration) -> EtcdRange {
            let end = layout.entry(prefix, generation)
            var range = EtcdRange(from: layout.entry(start, generation), to: EtcdRange.upperBound(of: end))
            (range.limit, range.keysOnly, range.revision) = (limit, true, revision)
            return range
        }
        let generation: EtcdGeneration
        let page: EtcdPage?
        if let moment = cursor.moment {
            generation = moment.generation
            page = try await self.page(range(generation))
        } else {
            let reading = try await now { [.range(range($0))] }
            generation = reading.generation
            cursor.moment = (generation, reading.revision)
            page = reading.verdict.page(0)
        }
        guard let page else { return nil }
        let skipped = layout.entries(generation).count
        let keys = page.entries.map { StorageKey(bytes: Array($0.key.dropFirst(skipped))) }
        return (keys, page.hasMore)
    }
}

/// Where a listing is: its moment is that of its first page.
struct EtcdCursor {
    let prefix: StorageKey
    var moment: (generation: EtcdGeneration, revision: UInt64)?

    init(end prefix: StorageKey) { self.prefix = prefix }
}
