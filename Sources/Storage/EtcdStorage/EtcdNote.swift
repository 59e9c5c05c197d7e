internal import CofferStorage
internal import EtcdClient

/// What a commit says of itself in the key `meta`, behind its mark, for nodes that do not write.
struct EtcdNote: Sendable, Equatable {
    /// 0: the one that begins with this commit.
    let epoch: UInt64
    /// The version before it; 0: not known, and anything may have changed.
    let start: UInt64
    /// Of each entry that may have changed.
    let keys: [StorageKey]

    /// Bytes of keys; those of a larger commit are not noted.
    private static let limit = 8 << 10
    private static let head = 16

    init(epoch: UInt64, start: UInt64, keys: [StorageKey] = []) {
        let isShort = keys.reduce(0) { $0 + $1.bytes.count + 2 } <= Self.limit
        self.epoch = epoch
        self.start = isShort ? start : 0
        self.keys = isShort ? keys : []
    }

    /// For commits after which anything may have changed, and an epoch ends or begins.
    static let beginning = EtcdNote(epoch: 0, start: 0)

    /// Nil: written by a leader that notes nothing.
    init?(_ meta: EtcdEntry) {
        var rest = meta.value.dropFirst(EtcdLayout.markSize)
        guard rest.count >= Self.head else { return nil }
        func number(_ size: Int) -> UInt64 {
            defer { rest = rest.dropFirst(size) }
            return rest.prefix(size).reduce(0) { $0 << 8 | UInt64($1) }
        }
        (epoch, start) = (number(8), number(8))
        var keys: [StorageKey] = []
        while rest.count >= 2 {
            let count = Int(number(2))
            guard rest.count >= count else { return nil }
            keys.append(StorageKey(bytes: Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
        }
        guard rest.isEmpty else { return nil }
        self.keys = keys
    }

    var encoded: [UInt8] {
        EtcdLayout.bytes(epoch) + EtcdLayout.bytes(start)
            + keys.flatMap { EtcdLayout.bytes(UInt16(clamping: $0.bytes.count)) + $0.bytes }
    }

    /// - Parameter version: of the commit.
    func epoch(at version: UInt64) -> UInt64 { epoch == 0 ? version : epoch }
}
