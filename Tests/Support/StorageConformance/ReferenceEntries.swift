import CofferStorage

/// What a storage should hold and list, written as plainly as possible.
struct ReferenceEntries {
    private(set) var keys: Set<[UInt8]> = []

    mutating func insert(_ key: [UInt8]) { keys.insert(key) }
    mutating func remove(_ key: [UInt8]) { keys.remove(key) }

    /// As bytes: a set of strings would fold names that differ only in their Unicode spelling.
    func children(of prefix: [UInt8], after: String?, limit: Int?) -> [[UInt8]] {
        var names: Set<[UInt8]> = []
        for key in keys where key.starts(with: prefix) && key.count > prefix.count {
            let rest = Array(key.dropFirst(prefix.count))
            let slash = rest.firstIndex(of: UInt8(ascii: "/"))
            names.insert(slash.map { Array(rest[...$0]) } ?? rest)
        }
        let later = names.filter { name in after.map { precedes(Array($0.utf8), name) } ?? true }
        return Array(later.sorted(by: precedes).prefix(limit ?? .max))
    }

    func scan(_ prefix: [UInt8], after: [UInt8]?, limit: Int) -> [[UInt8]] {
        let found = keys.filter { key in key.starts(with: prefix) && (after.map { precedes($0, key) } ?? true) }
        return Array(found.sorted(by: precedes).prefix(limit))
    }

    private func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool { left.lexicographicallyPrecedes(right) }
}
