internal import CofferJSON

/// The fields of one secret, stored as their JSON text so that numbers keep every digit.
enum SecretData {
    static func parse(_ bytes: [UInt8]) throws -> JSONObject {
        do {
            return try JSON.parseObject(bytes, limits: .trusted)
        } catch {
            throw KVErrors.damaged
        }
    }

    /// The names without their values; objects `depth` levels down count as values (0: at any depth).
    static func subkeys(of fields: JSONObject, depth: Int64) -> JSONObject {
        JSONObject(
            uniqueMembers: fields.members.map { member in
                var value = JSON.null
                if case .object(let inner) = member.value, !inner.isEmpty, depth != 1 {
                    value = .object(subkeys(of: inner, depth: max(depth - 1, 0)))
                }
                return .init(key: member.key, value: value)
            })
    }
}
