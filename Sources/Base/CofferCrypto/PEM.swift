internal import CofferBase

/// Textual encoding of DER (RFC 7468).
package struct PEM: Sendable {
    /// What stands after BEGIN: `PUBLIC KEY`, `CERTIFICATE` …
    package let label: String
    package let der: [UInt8]

    package init(_ label: String, _ der: [UInt8]) {
        self.label = label
        self.der = der
    }

    /// With a line feed at the end.
    package var text: String {
        var text = "-----BEGIN \(label)-----\n"
        let lines = Array(Base64.standard.encode(der).utf8)
        for start in stride(from: 0, to: lines.count, by: 64) {
            text += String(decoding: lines[start..<min(start + 64, lines.count)], as: UTF8.self) + "\n"
        }
        return text + "-----END \(label)-----\n"
    }

    /// Without the line feed at the end.
    package var trimmedText: String { String(text.dropLast()) }

    /// Every block of a text, in order; what stands between them is skipped. Nil when a block is malformed.
    package static func blocks(in text: String) -> [PEM]? {
        var blocks: [PEM] = []
        var label: String?
        var body = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.drop { $0 == " " }
            if let open = label {
                if let end = marked(line, "END") {
                    guard sameBytes(end, open), let der = Base64.standard.decode(body) else { return nil }
                    blocks.append(PEM(open, der))
                    label = nil
                } else {
                    body += line.filter { $0 != " " }
                }
            } else if let begin = marked(line, "BEGIN") {
                label = begin
                body = ""
            }
        }
        return label == nil ? blocks : nil
    }

    private static func marked(_ line: Substring, _ word: String) -> String? {
        let prefix = "-----\(word) "
        guard line.hasPrefix(prefix), let end = line.dropFirst(prefix.count).firstRange(of: "-----") else { return nil }
        return String(line.dropFirst(prefix.count)[..<end.lowerBound])
    }

    private static func sameBytes(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
}
