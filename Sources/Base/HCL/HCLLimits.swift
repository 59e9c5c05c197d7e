/// What a document may cost.
package struct HCLLimits: Sendable, Equatable {
    /// Bytes of the whole text.
    package var bytes = 1 << 20
    /// Objects and lists inside each other. Reading and printing recurse once for each level.
    package var depth = 100

    package init(bytes: Int = 1 << 20, depth: Int = 100) {
        self.bytes = bytes
        self.depth = min(depth, 100)
    }
}
