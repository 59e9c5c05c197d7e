internal import CofferBarrier
internal import CofferBase
internal import CofferFramework
internal import OpenPGP

/// The people who get new shares: nobody in particular, or the owner of one public key for each share.
struct KeyHolders: Sendable {
    private let keys: [PGPPublicKey]

    /// Whoever asks gets the shares as they are.
    static let anyone = KeyHolders()

    private init() { keys = [] }

    /// - Parameter texts: public keys in base64 or ASCII armour; none for shares that are not encrypted.
    init(pgpKeys texts: [String], at now: Timestamp) throws(EngineError) {
        var keys: [PGPPublicKey] = []
        for text in texts { keys.append(try Self.key(text, at: now)) }
        self.keys = keys
    }

    var isEmpty: Bool { keys.isEmpty }
    var count: Int { keys.count }

    /// In the order of the shares.
    var fingerprints: [String] { keys.map(\.fingerprintText) }

    static func key(_ text: String, at now: Timestamp) throws(EngineError) -> PGPPublicKey {
        do throws(PGPError) {
            return try PGPPublicKey(text: text, at: now)
        } catch {
            throw .badRequest("error parsing given PGP key: \(error)")
        }
    }

    /// What each holder gets: a share, or a message that holds its hexadecimal text.
    /// - Parameter shares: as many as there are keys, if there are any.
    func delivered(
        _ shares: [SecretBytes], at now: Timestamp, random: RandomSource
    ) throws(EngineError) -> [[UInt8]] {
        if keys.isEmpty { return shares.map { $0.copyBytes() } }
        var messages: [[UInt8]] = []
        for (share, key) in zip(shares, keys) {
            var text = Array(share.withUnsafeBytes { Hex.encode($0) }.utf8)
            defer { zero(&text) }
            messages.append(try Self.encrypt(text, for: key, at: now, random: random))
        }
        return messages
    }

    static func encrypt(
        _ text: [UInt8], for key: PGPPublicKey, at now: Timestamp, random: RandomSource
    ) throws(EngineError) -> [UInt8] {
        do throws(PGPError) {
            return try key.encrypt(text, at: now, random: random)
        } catch {
            throw .badRequest("error encrypting for the given PGP key: \(error)")
        }
    }
}
