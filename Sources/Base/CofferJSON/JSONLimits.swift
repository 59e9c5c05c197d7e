/// What a document may cost, checked while it is read and before memory grows.
///
/// The defaults are those of the listener settings `max_json_depth` and its
/// kin: a small body must not become a large tree (CVE-2025-6203).
package struct JSONLimits: Sendable, Equatable {
    /// Arrays and objects inside each other; `[[]]` is 2. Values above `deepest` count as `deepest`.
    package var depth: Int
    /// UTF-8 bytes of one decoded string, key or number literal.
    package var stringBytes: Int
    /// Members of one object, repeated keys included.
    package var objectEntries: Int
    package var arrayElements: Int
    /// Braces, brackets, keys and scalars of the whole document.
    package var tokens: Int

    package init(
        depth: Int = 500, stringBytes: Int = 1 << 20, objectEntries: Int = 10_000, arrayElements: Int = 10_000,
        tokens: Int = 500_000
    ) {
        self.depth = depth
        self.stringBytes = stringBytes
        self.objectEntries = objectEntries
        self.arrayElements = arrayElements
        self.tokens = tokens
    }

    /// No limit but depth, for records that we wrote ourselves.
    package static let trusted = JSONLimits(
        depth: deepest, stringBytes: .max, objectEntries: .max, arrayElements: .max, tokens: .max)

    /// No setting can allow more: printing and freeing a tree recurse
    /// once for each level, and a thread may have only 512 KiB of stack. It is
    /// above the default so that a stored record can wrap the deepest request.
    package static let deepest = 600
}
