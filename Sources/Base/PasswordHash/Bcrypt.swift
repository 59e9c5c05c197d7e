internal import CCrypt
package import CofferBase
internal import Glibc

/// Password hashes as bcrypt makes them, through libxcrypt's `crypt(3)`.
///
/// One hash costs some 50 ms of a core, so the work is done by threads of its own, one for each core.
package enum Bcrypt {
    /// 2¹⁰ rounds, as Vault's hashes have.
    package static let cost: UInt = 10
    /// The algorithm ignores what comes after these.
    package static let longestPassword = 72
    /// A well-formed hash of the usual cost whose password nobody knows: checking against it costs as much
    /// as checking against a real one, so that a name that does not exist takes no less time (CVE-2025-6011).
    package static let ofNobody = "$2b$10$jjrT4tX76.5wUOo.BqUTvuyPOKws2ehKn8LC.xb8SnhkWpYORYy/y"

    package enum Failure: Error { case unsuitablePassword, system }

    private static let pool = BlockingPool(threads: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// - Throws: `unsuitablePassword` for one that is longer than 72 bytes or holds a NUL; such a
    ///   password would be cut short in silence.
    package static func hash(_ password: String, random: RandomSource) async throws -> String {
        var bytes = Array(password.utf8)
        if bytes.count > longestPassword || bytes.contains(0) { throw Failure.unsuitablePassword }
        bytes.append(0)
        let phrase = SecretBytes(copying: bytes)
        zero(&bytes)
        let salt = try random.bytes(16)
        return try await pool.run {
            guard let setting = setting(salt), let hash = crypt(phrase, setting) else { throw Failure.system }
            return hash
        }
    }

    /// Whether the hash is of this password, compared in constant time.
    ///
    /// - Parameter hash: one that `isHash`.
    package static func verify(_ password: String, against hash: String) async throws -> Bool {
        let given = Array(password.utf8)
        // What C would not see must not be taken for a match; the work is done all the same.
        let isWhole = !given.contains(0)
        var bytes = Array(given.prefix { $0 != 0 }.prefix(longestPassword)) + [0]
        let phrase = SecretBytes(copying: bytes)
        zero(&bytes)
        return try await pool.run {
            guard let made = crypt(phrase, hash) else { throw Failure.system }
            return constantTimeEqual(Array(made.utf8), Array(hash.utf8)) && isWhole
        }
    }

    /// Whether this is a bcrypt hash of a bearable cost: 2⁴ to 2¹⁵ rounds.
    package static func isHash(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, ["2a", "2b", "2y"].contains(String(parts[1])),
            parts[2].count == 2, parts[2].first != UInt8(ascii: "+"), let cost = Int(String(parts[2]) ?? ""),
            (4...15).contains(cost)
        else { return false }
        return parts[3].count == 53 && parts[3].allSatisfy(isDigit)
    }

    /// The digits of crypt's base 64.
    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// `$2b$10$` and the salt.
    private static func setting(_ salt: [UInt8]) -> String? {
        var output = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        let made = salt.withUnsafeBytes { salt in
            crypt_gensalt_rn(
                "$2b$", cost, salt.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(salt.count), &output,
                Int32(output.count)) != nil
        }
        return made ? text(output) : nil
    }

    /// Nil when the setting is none, or memory ran out.
    private static func crypt(_ phrase: SecretBytes, _ setting: String) -> String? {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: MemoryLayout<crypt_data>.size, alignment: MemoryLayout<crypt_data>.alignment)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        defer {
            memory.baseAddress.map { explicit_bzero($0, memory.count) }
            memory.deallocate()
        }
        return phrase.withUnsafeBytes { phrase in
            crypt_rn(
                phrase.baseAddress?.assumingMemoryBound(to: CChar.self), setting, memory.baseAddress,
                Int32(memory.count)
            ).map { String(cString: $0) }
        }
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
