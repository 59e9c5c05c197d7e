/// Connection URLs, as far as they may hold a password.
///
/// What cannot be told apart is hidden rather than shown: an operator knows what was written.
enum ConnectionURL {
    private static let mark = Array("{{password}}".utf8)
    private static let hidden = Array("xxxxx".utf8)
    private static let mostPasses = 8

    static func holdsPassword(_ url: String) -> Bool { redacted(url) != url }

    /// With the password between `:` and `@`, and those behind `password=`, replaced.
    static func redacted(_ url: String) -> String {
        var bytes = Array(url.utf8)
        // What is hidden can be the quote or the slash that hid another password from us.
        for _ in 0..<mostPasses {
            let before = bytes
            hideAccount(in: &bytes)
            hideParameters(in: &bytes)
            if bytes == before { return String(decoding: bytes, as: UTF8.self) }
        }
        return String(decoding: hidden, as: UTF8.self)
    }

    private static func hideAccount(in url: inout [UInt8]) {
        let start = schemeEnd(of: url)
        let rest = url[start...]
        let end: Int
        if start > 0 {
            end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? url.endIndex
        } else {
            // As MySQL's clients read it, where a password may hold a slash.
            end = rest.lastIndex(of: UInt8(ascii: "/")) ?? url.endIndex
        }
        let at = url[start..<end].lastIndex(of: UInt8(ascii: "@")) ?? rest.lastIndex(of: UInt8(ascii: "@"))
        guard let at, let colon = url[start..<at].firstIndex(of: UInt8(ascii: ":")) else { return }
        let password = (colon + 1)..<at
        if !password.isEmpty && !url[password].elementsEqual(mark) { url.replaceSubrange(password, with: hidden) }
    }

    /// Where the text behind `scheme://` begins; 0 without a scheme.
    private static func schemeEnd(of url: [UInt8]) -> Int {
        let scheme = url.prefix { byte in
            (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte) || "+.-".utf8.contains(byte)
        }
        return !scheme.isEmpty && url[scheme.endIndex...].starts(with: "://".utf8) ? scheme.endIndex + 3 : 0
    }

    /// `password=x`, `password = 'x y'`: in the query of a URL, or among pairs of libpq.
    private static func hideParameters(in url: inout [UInt8]) {
        let name = Array("password".utf8)
        var index = 0
        while index < url.count {
            guard url[index...].starts(with: name) else {
                index += 1
                continue
            }
            index += name.count
            skipSpaces(url, &index)
            guard index < url.count, url[index] == UInt8(ascii: "=") else { continue }
            index += 1
            skipSpaces(url, &index)
            let value = index..<end(ofValueAt: index, in: url)
            let bare = url[value].filter { $0 != UInt8(ascii: "'") }
            if !bare.isEmpty && bare != mark {
                url.replaceSubrange(value, with: hidden)
                index += hidden.count
            } else {
                index = value.upperBound
            }
        }
    }

    private static func skipSpaces(_ url: [UInt8], _ index: inout Int) {
        while index < url.count, url[index] == 32 { index += 1 }
    }

    /// A space or `&` that is neither quoted nor escaped ends a value.
    private static func end(ofValueAt start: Int, in url: [UInt8]) -> Int {
        var isQuoted = false
        var index = start
        while index < url.count {
            switch url[index] {
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "'"): isQuoted.toggle()
            case 32 where !isQuoted, UInt8(ascii: "&") where !isQuoted: return index
            default: break
            }
            index += 1
        }
        return url.count
    }
}
