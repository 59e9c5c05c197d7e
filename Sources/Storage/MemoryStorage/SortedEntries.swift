internal import CofferStorage

/// Entries in key order, in chunks of bounded size: a look-up is two binary
/// searches and an insertion moves one chunk at most.
struct SortedEntries {
    typealias Item = (key: StorageKey, entry: StoredEntry)

    /// Where an item is or would be; ordered like the keys.
    struct Position {
        var chunk: Int
        var index: Int
    }

    private static let chunkLimit = 256

    /// Never an empty chunk.
    private var chunks: [[Item]] = []

    subscript(key: StorageKey) -> StoredEntry? {
        guard let item = self[lowerBound(key)], item.key == key else { return nil }
        return item.entry
    }

    /// The item at a position; nil behind the last one.
    subscript(position: Position) -> Item? {
        position.chunk < chunks.count ? chunks[position.chunk][position.index] : nil
    }

    /// The first position whose key is not below `key`.
    func lowerBound(_ key: StorageKey) -> Position {
        let chunk = Self.firstIndex(below: chunks.count) { index in
            chunks[index].last.map { !($0.key < key) } ?? true
        }
        guard chunk < chunks.count else { return Position(chunk: chunk, index: 0) }
        return Position(chunk: chunk, index: Self.index(of: key, in: chunks[chunk]))
    }

    func position(after position: Position) -> Position {
        position.index + 1 < chunks[position.chunk].count
            ? Position(chunk: position.chunk, index: position.index + 1)
            : Position(chunk: position.chunk + 1, index: 0)
    }

    mutating func put(_ entry: StoredEntry, at key: StorageKey) {
        if chunks.isEmpty { chunks.append([]) }
        let place = lowerBound(key)
        // A key above all others goes to the end of the last chunk.
        let chunk = min(place.chunk, chunks.count - 1)
        let index = place.chunk == chunk ? place.index : chunks[chunk].count
        if index < chunks[chunk].count, chunks[chunk][index].key == key {
            chunks[chunk][index].entry = entry
            return
        }
        chunks[chunk].insert((key, entry), at: index)
        if chunks[chunk].count > Self.chunkLimit { split(chunk) }
    }

    mutating func remove(_ key: StorageKey) {
        let place = lowerBound(key)
        guard self[place]?.key == key else { return }
        chunks[place.chunk].remove(at: place.index)
        if chunks[place.chunk].isEmpty { chunks.remove(at: place.chunk) }
    }

    private mutating func split(_ chunk: Int) {
        let half = chunks[chunk].count / 2
        chunks.insert(Array(chunks[chunk][half...]), at: chunk + 1)
        chunks[chunk].removeSubrange(half...)
    }

    private static func index(of key: StorageKey, in chunk: [Item]) -> Int {
        firstIndex(below: chunk.count) { !(chunk[$0].key < key) }
    }

    /// The first index for which `holds` is true, given that it stays true from there on; `count` when none.
    private static func firstIndex(below count: Int, where holds: (Int) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
