/// As much of XML as the answers of an object storage need.
enum ObjectText {
    /// The texts of all elements of this name, without markup in them.
    static func values(of name: String, in body: [UInt8]) -> [String] {
        let (opening, closing) = (Array("<\(name)>".utf8), Array("</\(name)>".utf8))
        var found: [String] = []
        var rest = body[...]
        while let begin = position(of: opening, in: rest) {
            rest = rest[(begin + opening.count)...]
            guard let end = position(of: closing, in: rest) else { break }
            found.append(unescaped(String(decoding: rest[..<end], as: UTF8.self)))
            rest = rest[(end + closing.count)...]
        }
        return found
    }

    private static func position(of part: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= part.count else { return nil }
        return (bytes.startIndex...(bytes.endIndex - part.count)).first { bytes[$0...].starts(with: part) }
    }

    private static let marks = [
        ("&quot;", "\""), ("&#34;", "\""), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"),
    ]

    static func unescaped(_ text: String) -> String {
        if !text.contains("&") { return text }
        return marks.reduce(text) { text, mark in text.split(mark.0).joined(separator: mark.1) }
    }

    static func escaped(_ text: String) -> String {
        [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")].reduce(text) { text, mark in
            text.split(mark.0).joined(separator: mark.1)
        }
    }

    /// Letters only: what somebody else wrote goes into our log.
    static func word(_ text: String) -> String { String(text.prefix(60).filter { $0.isASCII && $0.isLetter }) }
}

extension String {
    /// The parts between occurrences of `separator`; Foundation's method for it is not linked.
    fileprivate func split(_ separator: String) -> [String] {
        var parts: [String] = []
        var part: [UInt8] = []
        var rest = Array(utf8)[...]
        let mark = Array(separator.utf8)
        while let first = rest.first {
            if rest.starts(with: mark) {
                parts.append(String(decoding: part, as: UTF8.self))
                part = []
                rest = rest.dropFirst(mark.count)
            } else {
                part.append(first)
                rest = rest.dropFirst()
            }
        }
        return parts + [String(decoding: part, as: UTF8.self)]
    }
}
