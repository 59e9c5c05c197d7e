internal import CofferBase

/// `a=b&c=d` with percent-encoding and `+` for a space.
package enum QueryString {
    /// The pairs in order, or nil when an escape is broken or the text is not UTF-8.
    package static func parse(_ bytes: [UInt8]) -> [(name: String, value: String)]? {
        var pairs: [(name: String, value: String)] = []
        for part in bytes.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "="))
            let name = part[..<(equals ?? part.endIndex)]
            let value = equals.map { part[part.index(after: $0)...] }
            guard let decodedName = decode(name), let decodedValue = value.map({ decode($0) }) ?? "" else { return nil }
            pairs.append((decodedName, decodedValue))
        }
        return pairs
    }

    private static func decode(_ bytes: ArraySlice<UInt8>) -> String? {
        var decoded: [UInt8] = []
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "+"): decoded.append(0x20)
            case UInt8(ascii: "%"):
                guard let first = iterator.next(), let second = iterator.next(),
                    let high = Hex.value(first), let low = Hex.value(second)
                else { return nil }
                decoded.append(high << 4 | low)
            default: decoded.append(byte)
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }
}
