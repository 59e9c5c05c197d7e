internal import CofferBase
internal import CofferFramework

/// `otpauth://totp/ISSUER:ACCOUNT?secret=…`, as apps exchange keys.
enum OTPAuthURL {
    static func text(of key: Key) -> String {
        let query = [
            ("algorithm", key.algorithm), ("digits", String(key.digits)), ("issuer", key.issuer),
            ("period", String(key.period.wholeSeconds)), ("secret", key.key),
        ]
        return "otpauth://totp/" + escaped(key.issuer, except: "@") + ":" + escaped(key.accountName, except: "@") + "?"
            + query.map { "\($0)=\(escaped($1))" }.joined(separator: "&")
    }

    /// Takes over what the URL says; what it does not say stays as it is.
    static func read(_ text: String, into input: inout KeyInput) throws(EngineError) {
        let scheme = "otpauth://totp/"
        guard text.lowercased().hasPrefix(scheme), let parts = split(text.dropFirst(scheme.count)) else {
            throw TOTPErrors.malformedURL
        }
        let label = parts.path.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if label.count == 2 { input.issuer = String(label[0]) }
        input.accountName = String(label.last ?? "")
        input.key = ""
        for (name, value) in parts.query where !value.isEmpty {
            switch name {
            case "secret": input.key = value
            case "issuer": input.issuer = value
            case "algorithm": input.algorithm = value
            case "period":
                guard let seconds = Int32(value) else { throw TOTPErrors.malformedURLPeriod }
                input.period = .seconds(Int64(seconds))
            case "digits":
                guard let digits = Int64(value) else { throw TOTPErrors.malformedURLDigits }
                input.digits = digits
            default: break
            }
        }
    }

    /// Path and query, decoded; nil when an escape is broken.
    private static func split(_ text: Substring) -> (path: String, query: [(String, String)])? {
        let halves = text.split(separator: "#")[safe: 0]?.split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = decoded(halves?.first ?? "", plusIsSpace: false) else { return nil }
        var query: [(String, String)] = []
        for pair in (halves?[safe: 1] ?? "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(sides[0], plusIsSpace: true),
                let value = decoded(sides[safe: 1] ?? "", plusIsSpace: true)
            else { return nil }
            query.append((name, value))
        }
        return (path, query)
    }

    private static func decoded(_ text: Substring, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let first = iterator.next().flatMap(Hex.value), let second = iterator.next().flatMap(Hex.value)
                else { return nil }
                bytes.append(first << 4 | second)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func escaped(_ text: String, except others: String = "") -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8).union(others.utf8)
        return text.utf8.map { byte in
            plain.contains(byte) ? String(UnicodeScalar(byte)) : "%" + Hex.encode([byte]).uppercased()
        }.joined()
    }
}

extension Collection {
    fileprivate subscript(safe offset: Int) -> Element? {
        index(startIndex, offsetBy: offset, limitedBy: endIndex).flatMap { $0 < endIndex ? self[$0] : nil }
    }
}
