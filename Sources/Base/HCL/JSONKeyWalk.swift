internal import CofferJSON

/// Looks for a key that stands twice in one object of a JSON text.
///
/// The JSON tree keeps only the last value of such a key. In a policy or a
/// configuration the one that vanished may have been the stricter.
enum JSONKeyWalk {
    /// The offset of the first such key; nil when there is none.
    /// - Parameter bytes: a text that has been parsed, so that quotes and braces pair up.
    static func firstRepetition(in bytes: [UInt8]) -> Int? {
        var keysOfOpenObjects: [Set<[UInt8]>] = []
        var offset = 0
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "{"): keysOfOpenObjects.append([])
            case UInt8(ascii: "}"): _ = keysOfOpenObjects.popLast()
            case UInt8(ascii: "\""):
                let end = endOfString(in: bytes, from: offset)
                if isKey(before: end, in: bytes), let last = keysOfOpenObjects.indices.last {
                    let key = decoded(bytes[offset..<end])
                    if !keysOfOpenObjects[last].insert(key).inserted { return offset }
                }
                offset = end
                continue
            default: break
            }
            offset += 1
        }
        return nil
    }

    /// Behind the closing quote of the string that begins at `start`.
    private static func endOfString(in bytes: [UInt8], from start: Int) -> Int {
        var offset = start + 1
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
            offset += bytes[offset] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(offset + 1, bytes.count)
    }

    private static func isKey(before end: Int, in bytes: [UInt8]) -> Bool {
        bytes[end...].first { !HCLScanner.isBlank($0) } == UInt8(ascii: ":")
    }

    /// Keys are compared as they are read: `\u0061` is `a`.
    private static func decoded(_ literal: ArraySlice<UInt8>) -> [UInt8] {
        guard literal.contains(UInt8(ascii: "\\")), let text = try? JSON.parse(literal).stringValue else {
            return Array(literal.dropFirst().dropLast())
        }
        return Array(text.utf8)
    }
}
