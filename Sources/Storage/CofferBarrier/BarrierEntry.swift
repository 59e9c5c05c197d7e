internal import CofferBase
internal import CofferCrypto
internal import CofferStorage

/// The stored form of a value: term (4, big-endian) ‖ version (1) ‖ nonce (12) ‖ ciphertext ‖ tag (16).
///
/// Version 2 authenticates the path, so that an entry moved elsewhere is refused;
/// version 1, found in old data only, does not.
enum BarrierEntry {
    static let overhead = headerLength + AEADKey.nonceLength + AEADKey.tagLength
    private static let headerLength = 5

    /// A version 2 entry, made in one allocation.
    static func seal(
        _ plaintext: [UInt8], at path: StorageKey, term: UInt32, key: AEADKey, nonce: ArraySlice<UInt8>
    ) throws(AEADError) -> [UInt8] {
        var entry: [UInt8] = []
        entry.reserveCapacity(plaintext.count + overhead)
        for shift in stride(from: 24 as UInt32, through: 0, by: -8) {
            entry.append(UInt8(truncatingIfNeeded: term >> shift))
        }
        entry.append(2)
        entry.append(contentsOf: nonce)
        try key.seal(plaintext, nonce: nonce, aad: path.bytes, into: &entry)
        return entry
    }

    /// The term whose key opens the entry; nil when it is too short to be one.
    static func term(of entry: [UInt8]) -> UInt32? {
        guard entry.count >= overhead else { return nil }
        return entry.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// - Parameter unbound: accept version 1, for storage that is being migrated.
    static func open(
        _ entry: [UInt8], at path: StorageKey, key: AEADKey, unbound: Bool
    ) throws(AEADError) -> [UInt8] {
        guard entry.count >= overhead else { throw AEADError() }
        let aad: [UInt8]
        switch entry[4] {
        case 2: aad = path.bytes
        case 1 where unbound: aad = []
        default: throw AEADError()
        }
        let nonceEnd = headerLength + AEADKey.nonceLength
        return try key.open(entry[nonceEnd...], nonce: entry[headerLength..<nonceEnd], aad: aad)
    }
}
