internal import CofferBase
package import CofferJSON

/// A list of texts that may hold commas, such as statements of a database: a single text is a list of one.
package struct TextList: FieldValue, Equatable {
    /// As they were given, and as they are read back.
    package var texts: [String]
    package static var fieldType: FieldType { .stringList }
    package static var expectation: String { "a list" }

    package init(_ texts: [String] = []) { self.texts = texts }

    package init?(wire: JSON) {
        switch wire {
        case .null: self.init()
        case .array(let items):
            var texts: [String] = []
            for item in items {
                guard let text = String(wire: item) else { return nil }
                texts.append(text)
            }
            self.init(texts)
        case .string(let text): self.init(text.isEmpty ? [] : [text])
        case .number, .bool, .object: return nil
        }
    }

    package var wire: JSON { .strings(texts) }

    /// As Vault takes them: a text may also be a JSON array of texts, or the base64 of either.
    package var unpacked: [String] { texts.flatMap(Self.unpacked) }

    private static func unpacked(_ text: String) -> [String] {
        let decoded = Base64.standard.decode(text).flatMap { String(validating: $0, as: UTF8.self) }
        let plain = decoded ?? text
        guard plain.utf8.first == UInt8(ascii: "["), let items = try? JSON.parse(text: plain).arrayValue else {
            return plain.isEmpty ? [] : [plain]
        }
        let texts = items.compactMap(\.stringValue)
        return texts.count == items.count ? texts : [plain]
    }
}
