/// Why an archive cannot be made or used; names nothing of what it holds.
package struct ArchiveError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
