internal import CofferBase

/// The codes of RFC 4226 (by counter) and RFC 6238 (by time).
package struct OneTimeCode: Sendable {
    package enum Algorithm: String, Sendable {
        case sha1 = "SHA1"
        case sha256 = "SHA256"
        case sha512 = "SHA512"
    }

    private let key: [UInt8]
    private let algorithm: Algorithm
    private let digits: Int

    /// - Parameter digits: six or eight.
    package init(key: [UInt8], algorithm: Algorithm, digits: Int) {
        self.key = key
        self.algorithm = algorithm
        self.digits = digits
    }

    package func code(counter: Int64) -> String {
        let message = withUnsafeBytes(of: counter.bigEndian) { Array($0) }
        let hash = algorithm.authenticate(message, key: key)
        // Dynamic truncation: the last four bits say where the 31 bits of the number begin.
        let offset = Int(hash.last ?? 0) & 15
        let number = hash[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
        let modulus: UInt32 = digits == 8 ? 100_000_000 : 1_000_000
        let text = String(number % modulus)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }
}

extension OneTimeCode.Algorithm {
    /// HMAC (RFC 2104).
    func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        let block = self == .sha512 ? 128 : 64
        var key = key.count > block ? hash(key) : key
        key.append(contentsOf: repeatElement(0, count: block - key.count))
        defer { zero(&key) }
        return hash(key.map { $0 ^ 0x5c } + hash(key.map { $0 ^ 0x36 } + message))
    }

    private func hash(_ message: [UInt8]) -> [UInt8] {
        switch self {
        case .sha1: SHA1.hash(message)
        case .sha256: SHA256.hash(message)
        case .sha512: Digest.sha512.hash(message)
        }
    }
}
