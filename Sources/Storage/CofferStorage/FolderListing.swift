/// The walk over keys that lists a folder, for storages that can seek in byte order.
///
/// It costs one step for each name: behind the first key of a sub-folder it asks
/// for a seek past the whole sub-folder. Nothing is matched as a pattern, so `_`,
/// `%` and `\` in names mean nothing (contract rule S3).
package struct FolderListing: Sendable {
    package enum Step: Sendable {
        /// Offer the key that follows the one just offered.
        case next
        /// Start again at `start`; when that is nil the listing is complete.
        case seek
    }

    /// Names found so far, in byte order.
    package private(set) var names: [String] = []
    /// Where to look: the first key that is not below this one. Nil when the listing is complete.
    package private(set) var start: StorageKey?
    private let prefix: StorageKey
    private var left: Int

    /// - Parameters: as in `Storage.children(of:after:limit:)`.
    package init(of prefix: StorageKey, after: String?, limit: Int?) {
        self.prefix = prefix
        left = limit ?? .max
        start = left > 0 ? Self.start(of: prefix, after: after) : nil
    }

    /// Takes the first key not below `start`, or the one after the key offered last.
    package mutating func offer(_ key: [UInt8]) -> Step {
        guard StorageKey.begins(key, with: prefix) else { return finish() }
        let rest = key.dropFirst(prefix.bytes.count)
        // The entry stored exactly at the prefix is the folder's own, not one of its names.
        if rest.isEmpty { return .next }
        let slash = rest.firstIndex(of: UInt8(ascii: "/"))
        names.append(String(decoding: slash.map { rest[...$0] } ?? rest, as: UTF8.self))
        left -= 1
        if left == 0 { return finish() }
        guard let slash else { return .next }
        start = StorageKey(bytes: Array(key[...slash])).upperBound
        return .seek
    }

    /// After `offer` has answered `next`: lets a reader of pages go on behind this key with another page.
    package mutating func moveOn(behind key: [UInt8]) {
        if start != nil { start = StorageKey(bytes: key).successor }
    }

    /// There is no further key.
    @discardableResult
    package mutating func finish() -> Step {
        start = nil
        return .seek
    }

    private static func start(of prefix: StorageKey, after: String?) -> StorageKey? {
        guard let after else { return prefix }
        // All keys of a folder have its name, so that the next name lies behind all of them.
        if let slash = after.utf8.firstIndex(of: UInt8(ascii: "/")) {
            return (prefix + after[...slash]).upperBound
        }
        return (prefix + after).successor
    }
}
