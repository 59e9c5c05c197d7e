internal import CCryptoBoringSSL

/// A hash function by its name on the wire.
package enum Digest: String, Sendable, CaseIterable {
    /// Broken; only for formats that demand it.
    case sha1 = "sha1"
    case sha224 = "sha2-224"
    case sha256 = "sha2-256"
    case sha384 = "sha2-384"
    case sha512 = "sha2-512"
    case sha3With224 = "sha3-224"
    case sha3With256 = "sha3-256"
    case sha3With384 = "sha3-384"
    case sha3With512 = "sha3-512"

    package func hash(_ message: [UInt8]) -> [UInt8] {
        switch self {
        case .sha1: SHA1.hash(message)
        case .sha224: Self.run(28) { CCryptoBoringSSL_SHA224(message, message.count, $0) }
        case .sha256: SHA256.hash(message)
        case .sha384: Self.run(48) { CCryptoBoringSSL_SHA384(message, message.count, $0) }
        case .sha512: Self.run(64) { CCryptoBoringSSL_SHA512(message, message.count, $0) }
        case .sha3With224: Keccak.sha3(message, length: 28)
        case .sha3With256: Keccak.sha3(message, length: 32)
        case .sha3With384: Keccak.sha3(message, length: 48)
        case .sha3With512: Keccak.sha3(message, length: 64)
        }
    }

    /// The function of this name that may be used for its own sake; nil for others, and for SHA-1.
    package static func sound(_ name: String) -> Digest? {
        Digest(rawValue: name).flatMap { $0 == .sha1 ? nil : $0 }
    }

    /// Bytes of a digest.
    package var length: Int {
        switch self {
        case .sha1: 20
        case .sha224, .sha3With224: 28
        case .sha256, .sha3With256: 32
        case .sha384, .sha3With384: 48
        case .sha512, .sha3With512: 64
        }
    }

    /// Bytes that the function takes in at once; an HMAC key is padded to as many.
    package var blockLength: Int {
        switch self {
        case .sha1, .sha224, .sha256: 64
        case .sha384, .sha512: 128
        case .sha3With224, .sha3With256, .sha3With384, .sha3With512: 200 - 2 * length
        }
    }

    private static func run(
        _ length: Int, _ function: (UnsafeMutablePointer<UInt8>?) -> UnsafeMutablePointer<UInt8>?
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: length) { digest, count in
            _ = function(digest.baseAddress)
            count = length
        }
    }
}
