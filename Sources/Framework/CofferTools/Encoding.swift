internal import CofferBase
internal import CofferFramework

/// How an answer writes bytes as text.
enum Encoding: String {
    case hex, base64

    init(named name: String) throws(EngineError) {
        guard let encoding = Encoding(rawValue: name) else {
            throw .badRequest("unsupported encoding format; must be \"hex\" or \"base64\"")
        }
        self = encoding
    }

    func encode(_ bytes: [UInt8]) -> String {
        switch self {
        case .hex: Hex.encode(bytes)
        case .base64: Base64.standard.encode(bytes)
        }
    }
}
