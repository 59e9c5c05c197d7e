/// Why a document was refused, and where. Holds nothing of the document, which may be secret.
package struct JSONError: Error, Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// A byte that the grammar does not allow at this place.
        case syntax
        /// The document stops inside a value, or is empty.
        case unexpectedEnd
        case invalidUTF8
        case exceeds(Limit)
        /// The document is well formed, but an object was asked for.
        case notAnObject
    }

    /// The member of `JSONLimits` that was exceeded.
    package enum Limit: String, Sendable {
        case depth, stringBytes, objectEntries, arrayElements, tokens
    }

    package let reason: Reason
    /// Bytes from the start of the document.
    package let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        switch reason {
        case .syntax: "invalid JSON at byte \(offset)"
        case .unexpectedEnd: "unexpected end of JSON input"
        case .invalidUTF8: "invalid UTF-8 in JSON at byte \(offset)"
        case .exceeds(let limit): "JSON exceeds the limit \(limit.rawValue) at byte \(offset)"
        case .notAnObject: "JSON is not an object"
        }
    }
}
