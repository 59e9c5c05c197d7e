internal import CofferBase
internal import CofferCrypto
internal import CofferJSON

/// The salted hash that stands for a secret in one device's lines (contract vector 9).
struct AuditHash: Sendable {
    private let mac: HMACSHA256

    init(salt: [UInt8]) { mac = HMACSHA256(key: salt) }

    func text(_ value: String) -> String {
        "hmac-sha256:" + Hex.encode(mac.authenticate(Array(value.utf8)))
    }

    /// Empty stays empty: it says that nothing was given.
    func secret(_ value: String) -> String { value.isEmpty ? "" : text(value) }

    /// The same object with every string value hashed; numbers, booleans and keys stay.
    /// - Parameter clear: top-level keys whose values are shown.
    func values(of object: JSONObject, clear: [String]) -> JSONObject {
        var hashed = JSONObject()
        for member in object.members {
            hashed.append(member.key, clear.contains(member.key) ? member.value : value(member.value))
        }
        return hashed
    }

    private func value(_ json: JSON) -> JSON {
        switch json {
        case .string(let text): .string(self.text(text))
        case .array(let items): .array(items.map(value))
        case .object(let object): .object(values(of: object, clear: []))
        case .null, .bool, .number: json
        }
    }
}
