internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// The stored form: small and read without a parser, because every read and write of a secret does so.
///
/// | bytes | meaning |
/// |---|---|
/// | 1 | format, now 1 |
/// | 4 × 8 | created, updated (nanoseconds since 1970), current, oldest |
/// | 8 | how many versions follow |
/// | 25 each | number, created, deletion (0: none), then one byte: 1 when destroyed |
/// | rest | settings as JSON; nothing as long as nothing was set |
///
/// Integers are 64 bits, little-endian.
extension SecretMetadata {
    private static let format: UInt8 = 1
    private static let headLength = 1 + 5 * 8
    private static let versionLength = 3 * 8 + 1

    func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headLength + Self.versionLength * versions.count)
        bytes.append(Self.format)
        for number in [created.nanoseconds, updated.nanoseconds, current, oldest, Int64(versions.count)] {
            bytes.append(littleEndian: number)
        }
        for version in versions {
            bytes.append(littleEndian: version.number)
            bytes.append(littleEndian: version.created.nanoseconds)
            bytes.append(littleEndian: version.deletion?.nanoseconds ?? 0)
            bytes.append(version.isDestroyed ? 1 : 0)
        }
        if settings != SecretSettings() {
            bytes.append(contentsOf: JSON.object(SecretSettings.schema.encode(settings)).serialized())
        }
        return bytes
    }

    init(encoded bytes: [UInt8]) throws {
        guard bytes.count >= Self.headLength, bytes[0] == Self.format else { throw KVErrors.damaged }
        let count = bytes.integer(at: 33)
        let room = (bytes.count - Self.headLength) / Self.versionLength
        guard count >= 0, count <= Int64(room) else { throw KVErrors.damaged }
        self.init(created: Timestamp(nanoseconds: bytes.integer(at: 1)))
        updated = Timestamp(nanoseconds: bytes.integer(at: 9))
        current = bytes.integer(at: 17)
        oldest = bytes.integer(at: 25)
        let end = Self.headLength + Int(count) * Self.versionLength
        versions.reserveCapacity(Int(count) + 1)
        for place in stride(from: Self.headLength, to: end, by: Self.versionLength) {
            let deletion = bytes.integer(at: place + 16)
            versions.append(
                Version(
                    number: bytes.integer(at: place), created: Timestamp(nanoseconds: bytes.integer(at: place + 8)),
                    deletion: deletion == 0 ? nil : Timestamp(nanoseconds: deletion),
                    isDestroyed: bytes[place + 24] != 0))
        }
        if end < bytes.count {
            settings = try SecretSettings.schema.decode(SecretData.parse(Array(bytes[end...])))
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian number: Int64) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    /// The caller has checked that eight bytes stand there.
    fileprivate func integer(at place: Int) -> Int64 {
        withUnsafeBytes { Int64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: Int64.self)) }
    }
}
