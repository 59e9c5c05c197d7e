internal import CofferBase
internal import HTTPClient

/// The settings file that PingID hands out (`pingid.properties`).
package struct PingIDSettings: Sendable {
    package let usesSignature: Bool
    package let url: String
    package let organisation: String
    package let adminURL: String
    package let authenticatorURL: String
    let key: SecretBytes
    let token: String
    let address: HTTPAddress

    /// - Throws: a sentence that names the line, and no value of the file.
    package init(base64 text: String) throws(Mistake) {
        guard let bytes = Base64.standard.decode(text) else {
            throw Mistake("settings_file_base64 is not valid base64")
        }
        var values: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            if line.hasPrefix("#") { continue }
            let sides = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2 else { throw Mistake("pingid settings file contains a line without \"=\"") }
            // Files of Java escape what they need not.
            values[Self.trimmed(sides[0])] = Self.trimmed(sides[1]).replacing("\\:", with: ":").replacing(
                "\\=", with: "=")
        }
        func value(_ name: String) throws(Mistake) -> String {
            guard let value = values[name], !value.isEmpty else {
                throw Mistake("pingid settings file lacks \(name)")
            }
            return value
        }
        guard let key = Base64.standard.decode(try value("use_base64_key")), !key.isEmpty else {
            throw Mistake("use_base64_key of the pingid settings file is not valid base64")
        }
        self.key = SecretBytes(copying: key)
        usesSignature = values["use_signature"] == "true"
        token = try value("token")
        url = try value("idp_url")
        organisation = try value("org_alias")
        adminURL = values["admin_url"] ?? ""
        authenticatorURL = values["authenticator_url"] ?? ""
        guard let address = HTTPAddress(url), address.isSecure else {
            throw Mistake("idp_url of the pingid settings file is not an https URL")
        }
        self.address = address
    }

    package struct Mistake: Error, Sendable {
        package let text: String
        init(_ text: String) { self.text = text }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
