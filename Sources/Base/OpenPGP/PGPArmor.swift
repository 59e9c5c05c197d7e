internal import CofferBase

/// The text form of a key (RFC 4880, 6.2).
enum PGPArmor {
    private static let start = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
    private static let end = "-----END PGP PUBLIC KEY BLOCK-----"

    static func isArmored(_ text: String) -> Bool { text.utf8.starts(with: "-----BEGIN PGP ".utf8) }

    /// The packets. The checksum of the form is not a protection and is passed over.
    static func decode(_ text: String) throws(PGPError) -> [UInt8] {
        var lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map(trimmed)[...]
        if let first = lines.first, first.contains("PRIVATE KEY") {
            throw PGPError("this is a private key; give the public one")
        }
        guard lines.popFirst().map({ $0 == start }) == true, let last = lines.firstIndex(where: { $0 == end }),
            let blank = lines.firstIndex(where: \.isEmpty), blank < last
        else { throw PGPError("the ASCII armour is not complete") }
        let body = lines[(blank + 1)..<last].filter { !$0.hasPrefix("=") }.joined()
        guard let bytes = Base64.standard.decode(body) else { throw PGPError("the ASCII armour is not base64") }
        return bytes
    }

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line
        while let last = line.last, last == " " || last == "\t" { line.removeLast() }
        return line
    }
}
