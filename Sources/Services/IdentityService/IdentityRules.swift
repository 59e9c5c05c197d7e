internal import CofferFramework

/// What every name of a policy and every piece of metadata must be like.
enum IdentityRules {
    static let maximumPairs = 64
    static let maximumKeyBytes = 128
    static let maximumValueBytes = 512

    /// Policies in their one form, each once, in order. `root` in any spelling is refused (CVE-2025-64761).
    static func policies(_ given: [String]) throws(EngineError) -> [String] {
        var names: Set<String> = []
        for name in given {
            let folded: CanonicalName
            do throws(CanonicalName.Refusal) {
                folded = try CanonicalName(name)
            } catch .empty {
                continue
            } catch {
                throw .badRequest("a policy name is too long or has characters that could be taken for others")
            }
            if folded.text == "root" { throw IdentityTexts.rootPolicy }
            names.insert(folded.text)
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Refuses metadata beyond the contract's limits; errors show no key and no value.
    static func checkMetadata(_ pairs: [String: String]) throws(EngineError) {
        guard pairs.count <= maximumPairs else {
            throw .badRequest("metadata can have at most \(maximumPairs) key/value pairs")
        }
        for (key, value) in pairs {
            guard (1...maximumKeyBytes).contains(key.utf8.count), value.utf8.count <= maximumValueBytes else {
                throw .badRequest(
                    "a metadata key must have 1 to \(maximumKeyBytes) bytes, its value at most \(maximumValueBytes)")
            }
            guard isPrintable(key), isPrintable(value) else {
                throw .badRequest("metadata must not contain unprintable characters")
            }
        }
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
