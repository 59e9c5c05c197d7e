internal import CofferStorage

/// What stands in etcd for the value of an entry.
enum EtcdValue: Sendable, Equatable {
    /// The value itself.
    case whole([UInt8])
    /// Where its pieces are, how many, and how many bytes together.
    case pieces(id: [UInt8], count: Int, size: Int)

    /// Of the names of pieces.
    static let idSize = 16

    init?(_ stored: [UInt8]) {
        switch stored.first {
        case 0: self = .whole(Array(stored.dropFirst()))
        case 1:
            guard stored.count == 1 + Self.idSize + 12 else { return nil }
            let count = stored[17..<21].reduce(0) { $0 << 8 | Int($1) }
            let size = stored[21..<29].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            guard size <= 1 << 40 else { return nil }
            self = .pieces(id: Array(stored[1..<17]), count: count, size: Int(size))
        default: return nil
        }
    }

    var stored: [UInt8] {
        switch self {
        case .whole(let value): [0] + value
        case .pieces(let id, let count, let size):
            [1] + id + EtcdLayout.bytes(UInt32(clamping: count)) + EtcdLayout.bytes(UInt64(clamping: size))
        }
    }
}
