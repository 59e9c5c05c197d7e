/// A text pattern in which `*` stands for any characters, also none.
///
/// Matched part by part from left to right, so that no pattern takes more than
/// the product of the lengths (vulnerabilities, D11).
package struct Glob: Sendable {
    private let parts: [[UInt8]]

    package init(_ pattern: String) {
        parts = pattern.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
    }

    package func matches(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        guard let first = parts.first, let last = parts.last, rest.starts(with: first) else { return false }
        if parts.count == 1 { return rest.count == first.count }
        rest = rest.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() {
            guard let end = Self.end(of: part, in: rest) else { return false }
            rest = rest[end...]
        }
        return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
    }

    /// Where the first occurrence of `part` ends.
    private static func end(of part: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        var start = text.startIndex
        while start + part.count <= text.endIndex {
            if text[start...].starts(with: part) { return start + part.count }
            start += 1
        }
        return nil
    }
}
