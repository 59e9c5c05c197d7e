internal import CofferBase
internal import CofferCrypto
internal import LeaseService

/// Ids of tokens and accessors: 24 characters, and eight for the time of their making.
///
/// Those of a token are random. Those of its accessor are made of its hash, and the key that it is stored at of the hash
/// of the accessor, so that a token is found through either with one read, and nobody finds it from its key.
///
/// The time is in front in the key. So what the logins of one moment store lies side by side: a storage changes a few
/// pages of its index for all of them, and still has them in memory. It is no secret, and nothing but the place depends
/// on it.
enum TimedID {
    private static let randomLength = 24
    private static let timeLength = 8
    private static let length = randomLength + timeLength
    /// Of the hash of the id in a key.
    private static let hashLength = 16

    /// - Parameter stamp: the time of its making, see `TokenWindow`; below 2⁴⁷.
    static func draw(_ random: RandomSource, _ stamp: UInt64) throws(RandomError) -> String {
        var left = stamp
        let time = String(unsafeUninitializedCapacity: timeLength) { target in
            for index in (0..<timeLength).reversed() {
                target.initializeElement(at: index, to: RandomSource.alphabet.utf8Start[Int(left % 62)])
                left /= 62
            }
            return timeLength
        }
        return try random.base62(randomLength) + time
    }

    /// The stamp in an id behind its first `start` bytes; nil when it is none of these ids. What follows
    /// behind a dot is no part of it.
    static func stamp(of id: String, from start: Int) -> UInt64? {
        let utf8 = id.utf8.span
        let end = start + length
        guard utf8.count == end || utf8.count > end && utf8[end] == UInt8(ascii: ".") else { return nil }
        var stamp: UInt64 = 0
        for index in end - timeLength..<end {
            guard let digit = value(utf8[index]) else { return nil }
            stamp = stamp * 62 + digit
        }
        return stamp < 1 << 48 ? stamp : nil
    }

    /// The id of the accessor of a token whose id begins at `start`: it has the token's time, and says nothing about the
    /// rest of it.
    static func accessor(of token: String, from start: Int, _ mac: HMACSHA256) -> String {
        let utf8 = token.utf8.span
        return String(unsafeUninitializedCapacity: utf8.count - start) { target in
            mac.withAuthentication(of: token) { hash in
                for index in 0..<randomLength {
                    target.initializeElement(at: index, to: RandomSource.alphabet.utf8Start[Int(hash[index]) % 62])
                }
            }
            for index in randomLength..<utf8.count - start {
                target.initializeElement(at: index, to: utf8[start + index])
            }
            return utf8.count - start
        }
    }

    /// `h`, the time, and as much of the hash of the accessor as no other one of that time has.
    static func key(_ id: String, _ stamp: UInt64, _ mac: HMACSHA256) -> String {
        let length = TokenWindow.stemLength + 2 * hashLength
        return String(unsafeUninitializedCapacity: length) { target in
            guard let base = target.baseAddress else { return 0 }
            TokenWindow.writeStem(stamp, to: base)
            mac.withAuthentication(of: id) { hash in
                Hex.write(UnsafeBufferPointer(rebasing: hash.prefix(hashLength)), to: base + TokenWindow.stemLength)
            }
            return length
        }
    }

    private static func value(_ character: UInt8) -> UInt64? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(character - UInt8(ascii: "0"))
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt64(character - UInt8(ascii: "A")) + 10
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt64(character - UInt8(ascii: "a")) + 36
        default: nil
        }
    }
}
