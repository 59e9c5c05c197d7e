internal import CofferBase
internal import CofferFramework

/// A named key and its usable versions, decoded: what requests work with. Shared by all who use the key at once.
final class KeyRing: Sendable {
    let key: Key
    private let versions: [Int64: KeyVersion]

    init(_ key: Key, _ versions: [Int64: KeyVersion]) {
        self.key = key
        self.versions = versions
    }

    var type: KeyType { key.type }

    /// - Throws: `noSuchVersion` for one that was trimmed, is not usable, or never was.
    func version(_ number: Int64) throws(EngineError) -> KeyVersion {
        guard let version = versions[number] else { throw TransitErrors.noSuchVersion }
        return version
    }

    /// All usable versions in ascending order.
    var ascending: [(number: Int64, version: KeyVersion)] {
        versions.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The number of the version to make something new with.
    /// - Parameters:
    ///   - wanted: 0 for the latest.
    ///   - use: `encryption` or `signing`, as errors name it.
    func number(wanted: Int64, for use: String) throws(EngineError) -> Int64 {
        if key.isSoftDeleted { throw TransitErrors.softDeleted }
        if wanted == 0 { return key.latest }
        if wanted < 0 { throw TransitErrors.versionRefused(use, "negative") }
        if wanted > key.latest { throw TransitErrors.versionRefused(use, "higher than the latest key version") }
        if wanted < key.minimumEncryption {
            throw TransitErrors.versionRefused(use, "less than the minimum encryption key version")
        }
        return wanted
    }

    /// The version that made something that exists.
    /// - Parameter noun: what it is, as errors name it.
    func version(of text: VersionedText, _ noun: String) throws(EngineError) -> KeyVersion {
        if key.isSoftDeleted { throw TransitErrors.softDeleted }
        // The very first ciphertexts counted from 0.
        let number = text.version == 0 ? 1 : text.version
        if number > key.latest { throw .badRequest("invalid \(noun): version is too new") }
        if number < key.minimumDecryption { throw TransitErrors.tooOld }
        return try version(number)
    }

    func requireUse() throws(EngineError) {
        if key.isSoftDeleted { throw TransitErrors.softDeleted }
    }
}

/// `vault:v3:…`: what the engine made, and with which version.
struct VersionedText {
    let version: Int64
    /// What follows the second colon.
    let body: Substring

    static let prefix = "vault:v"

    /// - Parameter noun: what the text is, as errors name it.
    init(_ text: String, _ noun: String) throws(EngineError) {
        guard text.hasPrefix(Self.prefix) else {
            // The words of Vault, which has one more for an HMAC than for the others.
            throw .badRequest("invalid \(noun)\(noun == "HMAC" ? " to verify" : ""): no prefix")
        }
        let rest = text.dropFirst(Self.prefix.count)
        guard let colon = rest.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            throw .badRequest("invalid \(noun): wrong number of fields")
        }
        guard let version = Int64(rest[..<colon]) else {
            throw .badRequest("invalid \(noun): version number could not be decoded")
        }
        self.version = version
        body = rest[rest.utf8.index(after: colon)...]
    }

    static func make(_ version: Int64, _ body: String) -> String { "\(prefix)\(version):\(body)" }
}
