internal import CofferFramework
internal import CofferJSON

/// The rules for `custom_metadata` (contract, "Limits"); errors never show a key or a value.
enum CustomMetadata {
    static let maximumPairs = 64
    static let maximumKeyBytes = 128
    static let maximumValueBytes = 512

    /// The same pairs with every value as text.
    static func checked(_ pairs: JSONObject) throws(EngineError) -> JSONObject {
        guard pairs.count <= maximumPairs else {
            throw KVErrors.customMetadata("payload must contain at most \(maximumPairs) keys, provided \(pairs.count)")
        }
        var checked = JSONObject()
        for pair in pairs.members {
            guard let value = String(wire: pair.value) else {
                throw KVErrors.customMetadata("values must be strings")
            }
            guard (1...maximumKeyBytes).contains(pair.key.utf8.count) else {
                throw KVErrors.customMetadata("length of key must be 0 < len(key) <= \(maximumKeyBytes)")
            }
            guard (1...maximumValueBytes).contains(value.utf8.count) else {
                throw KVErrors.customMetadata("length of value must be 0 < len(value) <= \(maximumValueBytes)")
            }
            guard isPrintable(pair.key), isPrintable(value) else {
                throw KVErrors.customMetadata("keys and values must not contain unprintable characters")
            }
            checked.append(pair.key, .string(value))
        }
        return checked
    }

    private static func isPrintable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
    }
}
