/// Why a configuration cannot be used: file, place and reason. Holds no value from the file.
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
