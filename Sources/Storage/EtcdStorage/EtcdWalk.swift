internal import CofferBase
internal import CofferStorage
internal import EtcdClient

/// One pass over all entries as they were at one revision.
struct EtcdWalk {
    let reader: EtcdReader
    let health: StorageHealth
    let pool: BlockingPool

    private static let (smallestPage, largestPage) = (8, 512)
    /// A page is made smaller when it held more, and larger when it held less.
    private static let pageSize = 2 << 20

    func run(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch) {
        let (layout, health) = (reader.layout, health)
        let moment = try await reader.now { _ in [layout.lock, layout.meta].map { .range(EtcdRange($0)) } }
        let prefix = layout.entries(moment.generation)
        var range = EtcdRange(prefix: prefix)
        (range.revision, range.limit) = (moment.revision, Self.smallestPage)
        while true {
            guard let page = try await reader.page(range) else { throw Self.forgotten }
            var entries: [(key: StorageKey, value: [UInt8])] = []
            var size = 0
            for entry in page.entries {
                let key = StorageKey(bytes: Array(entry.key.dropFirst(prefix.count)))
                let value = try await reader.value(of: entry, key, moment.generation, at: moment.revision)
                guard let value else { throw Self.forgotten }
                entries.append((key, value))
                size += value.count
            }
            let read = entries
            try await pool.run {
                for (key, value) in read {
                    try health.check()
                    try body(key, value)
                }
            }
            guard page.hasMore, let last = page.entries.last else { break }
            range.key = last.key + [0]
            range.limit = size > Self.pageSize ? Self.smallestPage : min(range.limit * 2, Self.largestPage)
        }
        return (moment.verdict.entry(1)?.modRevision ?? 0, Epoch(moment.verdict.entry(0)?.createRevision ?? 0))
    }

    private static let forgotten = StorageError.unavailable(
        "etcd has compacted the moment of this walk away; try again, or let it keep its history for longer")
}
