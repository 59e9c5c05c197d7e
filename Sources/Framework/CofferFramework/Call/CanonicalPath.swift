internal import CofferBase

/// The one spelling of a request path that is authorised, audited, locked out
/// and stored. Made once from the raw target; unclean spellings are refused
/// rather than mended (contract, "Unclean paths"; CVE-2026-3605).
package struct CanonicalPath: Hashable, Sendable, CustomStringConvertible {
    /// Without `/v1/`, percent-decoded once; may end in `/`.
    package let text: String

    package enum Refusal: Error, Sendable, Equatable {
        case malformed
        case unprintable
        case tooLong
    }

    /// Longest path accepted, in bytes (the request line limit is larger).
    package static let maximumLength = 32 * 1024

    /// - Parameter rawPath: what stood in the request target after `/v1/`, still percent-encoded.
    package init(rawPath: some StringProtocol) throws(Refusal) {
        let raw = String(rawPath)
        if !raw.utf8.contains(UInt8(ascii: "%")) {
            try self.init(decoded: raw)
            return
        }
        let decoded = try Self.percentDecoded(Array(raw.utf8))
        guard let text = String(validating: decoded, as: UTF8.self) else { throw .malformed }
        try self.init(decoded: text)
    }

    /// - Parameter text: a path that was not percent-encoded (from configuration, tests or the server itself).
    package init(decoded text: String) throws(Refusal) {
        let bytes = text.utf8.span
        guard bytes.count <= Self.maximumLength else { throw .tooLong }
        if !bytes.indices.allSatisfy({ (0x20...0x7e).contains(bytes[$0]) }) {
            for scalar in text.unicodeScalars where Self.isUnprintable(scalar) { throw .unprintable }
        }
        // A trailing slash names a folder; any other empty segment is unclean.
        var start = 0
        for index in 0...bytes.count where index == bytes.count || bytes[index] == UInt8(ascii: "/") {
            let isLast = index == bytes.count
            if !(isLast && start == index) && !Self.isClean(bytes.extracting(start..<index)) { throw .malformed }
            start = index + 1
        }
        self.text = text
    }

    private init(checked text: String) { self.text = text }

    /// The same path as a folder: `a/b` becomes `a/b/`.
    package var asFolder: CanonicalPath {
        text.utf8.last == UInt8(ascii: "/") ? self : CanonicalPath(checked: text + "/")
    }

    /// The same path without slashes at its end: `a/b/` becomes `a/b`.
    package var withoutFinalSlashes: CanonicalPath {
        var text = text
        while text.utf8.last == UInt8(ascii: "/") { text.removeLast() }
        return CanonicalPath(checked: text)
    }

    /// The same path without its first bytes, which end in a slash: `a/b/c` without `a/` is `b/c`.
    package func dropping(_ count: Int) -> CanonicalPath {
        CanonicalPath(checked: String(decoding: text.utf8.dropFirst(count), as: UTF8.self))
    }

    package var description: String { text }

    package static func == (left: CanonicalPath, right: CanonicalPath) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    private static func isClean(_ segment: Span<UInt8>) -> Bool {
        if segment.isEmpty { return false }
        let dot = UInt8(ascii: ".")
        if segment.count <= 2 && segment.indices.allSatisfy({ segment[$0] == dot }) { return false }
        // A second layer of encoding must not hide a dot, a slash or a backslash from the checks above.
        for index in segment.indices where segment[index] == UInt8(ascii: "%") && index + 2 < segment.count {
            guard let high = Hex.value(segment[index + 1]), let low = Hex.value(segment[index + 2]) else { continue }
            let hidden = high << 4 | low
            if hidden == dot || hidden == UInt8(ascii: "/") || hidden == UInt8(ascii: "\\")
                || hidden == UInt8(ascii: "%") || hidden < 0x20
            {
                return false
            }
        }
        return true
    }

    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }

    private static func percentDecoded(_ raw: [UInt8]) throws(Refusal) -> [UInt8] {
        var decoded: [UInt8] = []
        var iterator = raw.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let first = iterator.next(), let second = iterator.next(),
                let high = Hex.value(first), let low = Hex.value(second)
            else { throw .malformed }
            let value = high << 4 | low
            if value == UInt8(ascii: "/") { throw .malformed }
            decoded.append(value)
        }
        return decoded
    }
}
