/// A storage that cannot be opened; the text says why and what to do about it.
package struct StorageOpenError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
