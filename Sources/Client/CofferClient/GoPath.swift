/// Slash-separated paths and their form in a URL, as Go's `path` and `net/url` treat them.
package enum GoPath {
    /// The parts joined by slashes and cleaned; empty parts are left out.
    package static func join(_ parts: String...) -> String {
        let filled = parts.filter { !$0.isEmpty }
        return filled.isEmpty ? "" : clean(filled.joined(separator: "/"))
    }

    /// Without empty, `.` and `..` elements and without a slash at the end.
    package static func clean(_ path: String) -> String {
        let isRooted = path.utf8.first == UInt8(ascii: "/")
        var kept: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part != ".." {
                kept.append(part)
            } else if let last = kept.last, last != ".." {
                kept.removeLast()
            } else if !isRooted {
                kept.append(part)
            }
        }
        let joined = kept.joined(separator: "/")
        return isRooted ? "/" + joined : joined.isEmpty ? "." : joined
    }

    /// A path for the request line: everything but what a path may hold becomes `%XX`.
    package static func escape(_ path: String) -> String { percentEncoded(path, keeping: "$&+,/:;=@") }

    /// `k=v&l=w`, sorted by key, spaces as plus signs.
    package static func query(_ parameters: [(name: String, value: String)]) -> String {
        let sorted = parameters.enumerated().sorted { ($0.element.name, $0.offset) < ($1.element.name, $1.offset) }
        return sorted.map { encodedForm($0.element.name) + "=" + encodedForm($0.element.value) }
            .joined(separator: "&")
    }

    private static func encodedForm(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { percentEncoded(String($0), keeping: "") }
            .joined(separator: "+")
    }

    private static func percentEncoded(_ text: String, keeping kept: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~".utf8).union(kept.utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if plain.contains(byte) {
                bytes.append(byte)
            } else {
                let digits = Array("0123456789ABCDEF".utf8)
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
