extension JSON {
    /// The one value that `bytes` hold, by RFC 8259 to the letter.
    ///
    /// A repeated key keeps its first place and its last value. Half of a
    /// surrogate pair in an escape becomes U+FFFD, as in Go; bytes that are no
    /// UTF-8 are refused, as is a byte order mark.
    package static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()
    ) throws(JSONError) -> JSON {
        try parse(bytes.assumingMemoryBound(to: UInt8.self), limits: limits)
    }

    private static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits
    ) throws(JSONError) -> JSON {
        var parser = JSONParser(bytes, limits: limits)
        return try parser.document()
    }

    /// The same for an array, a slice or another collection of bytes.
    package static func parse(
        _ bytes: some Collection<UInt8>, limits: JSONLimits = JSONLimits()
    ) throws(JSONError) -> JSON {
        let result = bytes.withContiguousStorageIfAvailable { buffer in
            Result { () throws(JSONError) -> JSON in try parse(buffer, limits: limits) }
        }
        guard let result else { return try parse(Array(bytes), limits: limits) }
        return try result.get()
    }

    /// The same for text.
    package static func parse(text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSON {
        try parse(text.utf8, limits: limits)
    }

    /// As `parse`, and `.notAnObject` when the document is another kind of value.
    package static func parseObject(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()
    ) throws(JSONError) -> JSONObject {
        try parse(bytes, limits: limits).requireObject()
    }

    /// As `parse`, and `.notAnObject` when the document is another kind of value.
    package static func parseObject(
        _ bytes: some Collection<UInt8>, limits: JSONLimits = JSONLimits()
    ) throws(JSONError) -> JSONObject {
        try parse(bytes, limits: limits).requireObject()
    }

    private func requireObject() throws(JSONError) -> JSONObject {
        guard case .object(let object) = self else { throw JSONError(.notAnObject, at: 0) }
        return object
    }
}
