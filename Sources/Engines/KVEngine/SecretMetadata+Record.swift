internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// The stored form: small and read without a parser, because every read and write of a secret does so.
///
/// | bytes | meaning |
/// |---|---|
/// | 1 | format, now 2 |
/// | 4 × 8 | created, updated (nanoseconds since 1970), current, oldest |
/// | 8 | how many versions follow |
/// | 33 each | number, created, deletion (0: none), length of the data below (-1: none), then one byte: 1 when destroyed |
/// | as said above | the data of those versions, one after the other |
/// | rest | settings as JSON; nothing as long as nothing was set |
///
/// Format 1 had no data in it, and no lengths.
///
/// Integers are 64 bits, little-endian.
extension SecretMetadata {
    private static let format: UInt8 = 2
    private static let headLength = 1 + 5 * 8
    private static let versionLength = 4 * 8 + 1
    private static let versionLengthOfFormat1 = 3 * 8 + 1

    func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        let data = versions.reduce(0) { $0 + ($1.data?.count ?? 0) }
        bytes.reserveCapacity(Self.headLength + Self.versionLength * versions.count + data)
        bytes.append(Self.format)
        for number in [created.nanoseconds, updated.nanoseconds, current, oldest, Int64(versions.count)] {
            bytes.append(littleEndian: number)
        }
        for version in versions {
            bytes.append(littleEndian: version.number)
            bytes.append(littleEndian: version.created.nanoseconds)
            bytes.append(littleEndian: version.deletion?.nanoseconds ?? 0)
            bytes.append(littleEndian: version.data.map { Int64($0.count) } ?? -1)
            bytes.append(version.isDestroyed ? 1 : 0)
        }
        for version in versions { bytes.append(contentsOf: version.data ?? []) }
        if settings != SecretSettings() {
            bytes.append(contentsOf: JSON.object(SecretSettings.schema.encode(settings)).serialized())
        }
        return bytes
    }

    init(encoded bytes: [UInt8]) throws {
        guard bytes.count >= Self.headLength, bytes[0] == Self.format || bytes[0] == 1 else { throw KVErrors.damaged }
        let isOld = bytes[0] == 1
        let length = isOld ? Self.versionLengthOfFormat1 : Self.versionLength
        let count = bytes.integer(at: 33)
        let room = (bytes.count - Self.headLength) / length
        guard count >= 0, count <= Int64(room) else { throw KVErrors.damaged }
        self.init(created: Timestamp(nanoseconds: bytes.integer(at: 1)))
        updated = Timestamp(nanoseconds: bytes.integer(at: 9))
        current = bytes.integer(at: 17)
        oldest = bytes.integer(at: 25)
        var end = Self.headLength + Int(count) * length
        versions.reserveCapacity(Int(count) + 1)
        for place in stride(from: Self.headLength, to: end, by: length) {
            var version = Self.version(bytes, at: place, flags: place + length - 1)
            if !isOld { version.data = try Self.takeData(bytes, length: bytes.integer(at: place + 24), &end) }
            versions.append(version)
        }
        if end < bytes.count {
            settings = try SecretSettings.schema.decode(SecretData.parse(Array(bytes[end...])))
        }
    }

    private static func version(_ bytes: [UInt8], at place: Int, flags: Int) -> Version {
        let deletion = bytes.integer(at: place + 16)
        return Version(
            number: bytes.integer(at: place), created: Timestamp(nanoseconds: bytes.integer(at: place + 8)),
            deletion: deletion == 0 ? nil : Timestamp(nanoseconds: deletion), isDestroyed: bytes[flags] != 0)
    }

    /// The next `length` bytes, nil when that is negative; moves `end` behind them.
    private static func takeData(_ bytes: [UInt8], length: Int64, _ end: inout Int) throws -> [UInt8]? {
        if length < 0 { return nil }
        guard length <= Int64(bytes.count - end) else { throw KVErrors.damaged }
        defer { end += Int(length) }
        return Array(bytes[end..<end + Int(length)])
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
