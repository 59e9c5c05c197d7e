import CofferBase
import CofferCrypto
import CofferJSON
import Glibc

/// A file of Tests/Fixtures/crypto.
struct VectorFile {
    let cases: [VectorCase]

    init(_ name: String, from file: String = #filePath) throws {
        let tests = file[..<(file.range("/Tests/") ?? file.endIndex)]
        let document = try JSON.parse(Self.read("\(tests)/Tests/Fixtures/crypto/\(name).json"), limits: .trusted)
        let keys = document["keys"]?.arrayValue?.compactMap(\.stringValue) ?? []
        cases = document["cases"]?.arrayValue?.map { VectorCase(json: $0, keys: keys) } ?? []
    }

    private static func read(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "rb") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
        return bytes
    }
}

struct VectorCase {
    fileprivate let json: JSON
    fileprivate let keys: [String]

    var id: String { text("id") }
    var isValid: Bool { text("result") == "valid" }
    /// Neither right nor wrong by the standard: an implementation may do either.
    var isAcceptable: Bool { text("result") == "acceptable" }

    func text(_ name: String) -> String { json[name]?.stringValue ?? "" }
    func flagged(_ flag: String) -> Bool { json["flags"]?.arrayValue?.contains { $0.stringValue == flag } ?? false }
    func bytes(_ name: String) -> [UInt8] { Hex.decode(text(name)) ?? [] }
    func secret(_ name: String) -> SecretBytes { SecretBytes(copying: bytes(name)) }
    func number(_ name: String) -> Int { Int(json[name]?.intValue ?? 0) }
    func key(_ name: String) -> [UInt8] { Hex.decode(keys[number(name)]) ?? [] }

    /// The field holds `SHA-256` and the like.
    func digest(_ name: String = "sha") -> Digest {
        let bits = text(name).dropFirst(4)
        return bits == "1" ? .sha1 : Digest(rawValue: "sha2-\(bits)") ?? .sha256
    }
}

extension String {
    fileprivate func range(_ part: String) -> String.Index? { firstRange(of: part)?.lowerBound }
}
