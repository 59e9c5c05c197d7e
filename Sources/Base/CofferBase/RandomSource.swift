internal import CBase

/// The system could not give random bytes; the operation that asked must fail.
package struct RandomError: Error, Sendable {
    package init() {}
}

/// Where random bytes come from. There is no weaker fallback: a failure throws.
package struct RandomSource: Sendable {
    private let source: @Sendable (UnsafeMutableRawBufferPointer) throws(RandomError) -> Void

    package init(_ source: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws(RandomError) -> Void) {
        self.source = source
    }

    /// getrandom(2). Ids and nonces, too short to be keys, share a system call.
    package static let system = RandomSource { (target) throws(RandomError) in
        guard let base = target.baseAddress, target.count > 0 else { return }
        if target.count < RandomPool.shortestKey { return try RandomPool.shared.take(target) }
        if coffer_random(base, target.count) != 0 { throw RandomError() }
    }

    package func fill(_ target: UnsafeMutableRawBufferPointer) throws(RandomError) {
        try source(target)
    }

    package func bytes(_ count: Int) throws(RandomError) -> [UInt8] {
        var failed = false
        let made = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            do {
                try source(UnsafeMutableRawBufferPointer(buffer))
                initialized = count
            } catch {
                failed = true
                initialized = 0
            }
        }
        if failed { throw RandomError() }
        return made
    }

    /// `count` characters of `0-9A-Za-z`, each equally likely (rejection sampling).
    package func base62(_ count: Int) throws(RandomError) -> String {
        var failed = false
        let text = String(unsafeUninitializedCapacity: count) { text in
            var made = 0
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count + count / 8 + 4) { drawn in
                while made < count && !failed {
                    do throws(RandomError) { try source(UnsafeMutableRawBufferPointer(drawn)) } catch { failed = true }
                    // 248 = 4 * 62: larger bytes would favour the first characters.
                    for byte in drawn where byte < 248 && made < count && !failed {
                        text.initializeElement(at: made, to: Self.alphabet.utf8Start[Int(byte % 62)])
                        made += 1
                    }
                }
            }
            return failed ? 0 : made
        }
        if failed { throw RandomError() }
        return text
    }

    /// A random (version 4) UUID in lower case, RFC 9562.
    package func uuid() throws(RandomError) -> String {
        var raw = try bytes(16)
        raw[6] = (raw[6] & 0x0f) | 0x40
        raw[8] = (raw[8] & 0x3f) | 0x80
        return String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for (index, byte) in raw.enumerated() {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    text[place] = UInt8(ascii: "-")
                    place += 1
                }
                text[place] = Hex.digit(byte >> 4)
                text[place + 1] = Hex.digit(byte & 15)
                place += 2
            }
            return place
        }
    }

    /// The digits of base 62 in their order.
    package static let alphabet: StaticString = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
}
