/// Why a key cannot be used; holds nothing of the key.
package struct PGPError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }

    static let malformed = PGPError("the data is not an OpenPGP key")
}
