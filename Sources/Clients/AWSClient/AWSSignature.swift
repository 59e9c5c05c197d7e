package import CofferBase
internal import CofferCrypto

/// Who signs a request.
package struct AWSCredentials: Sendable {
    package let accessKey: String
    package let secretKey: String
    /// Empty for keys that do not end.
    package let sessionToken: String

    package init(accessKey: String, secretKey: String, sessionToken: String = "") {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
    }
}

/// Signature version 4 (AWS General Reference, "Signing AWS API requests").
package struct AWSSignature: Sendable {
    package let region: String
    package let service: String

    package init(region: String, service: String) {
        self.region = region
        self.service = service
    }

    /// What is signed.
    package struct Request: Sendable {
        package var method: String
        /// Encoded as the service wants it signed.
        package var path: String
        /// Names and values, not encoded.
        package var query: [(name: String, value: String)] = []
        /// All headers that are to be signed but the date's and the token's; `host` among them.
        package var headers: [(name: String, value: String)]
        package var body: [UInt8] = []

        package init(_ method: String, path: String, headers: [(name: String, value: String)]) {
            self.method = method
            self.path = path
            self.headers = headers
        }
    }

    /// The headers to add: date, token and signature.
    package func headers(
        for request: Request, _ credentials: AWSCredentials, at now: Timestamp
    ) -> [(name: String, value: String)] {
        let time = Self.basicTime(now)
        var added = [(name: "X-Amz-Date", value: time)]
        if !credentials.sessionToken.isEmpty { added.append(("X-Amz-Security-Token", credentials.sessionToken)) }
        let signed = (request.headers + added).map { ($0.name.lowercased(), Self.trimmed($0.value)) }.sorted { $0 < $1 }
        let names = signed.map(\.0).joined(separator: ";")
        let canonical = [
            request.method, request.path, Self.query(request.query),
            signed.map { "\($0.0):\($0.1)\n" }.joined(), names, Hex.encode(SHA256.hash(request.body)),
        ].joined(separator: "\n")
        let scope = "\(time.prefix(8))/\(region)/\(service)/aws4_request"
        let text = ["AWS4-HMAC-SHA256", time, scope, Hex.encode(SHA256.hash(Array(canonical.utf8)))]
            .joined(separator: "\n")
        var key = signingKey(credentials, day: String(time.prefix(8)))
        defer { zero(&key) }
        let signature = Hex.encode(HMACSHA256(key: key).authenticate(Array(text.utf8)))
        added.append(
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), SignedHeaders=\(names), "
                    + "Signature=\(signature)"
            ))
        return added
    }

    private func signingKey(_ credentials: AWSCredentials, day: String) -> [UInt8] {
        var key = Array(("AWS4" + credentials.secretKey).utf8)
        for part in [day, region, service, "aws4_request"] {
            let next = HMACSHA256(key: key).authenticate(Array(part.utf8))
            zero(&key)
            key = next
        }
        return key
    }

    /// `20150830T123600Z`.
    static func basicTime(_ now: Timestamp) -> String {
        Timestamp(seconds: now.seconds).rfc3339.filter { $0 != "-" && $0 != ":" }
    }

    /// Encoded and in the order of the names.
    package static func query(_ items: [(name: String, value: String)]) -> String {
        items.map { (encoded($0.name), encoded($0.value)) }.sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }

    /// Everything but letters, digits and `-._~` in percent form, `keeping` aside.
    package static func encoded(_ text: String, keeping kept: String = "") -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                bytes.append(byte)
            case _ where "-._~".utf8.contains(byte) || kept.utf8.contains(byte): bytes.append(byte)
            default: bytes += ("%" + Hex.encode([byte]).uppercased()).utf8
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Without spaces at the ends, and one where there were several.
    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
}
