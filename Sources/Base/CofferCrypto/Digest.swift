internal import CCryptoBoringSSL

/// A hash function by its name on the wire.
package enum Digest: String, Sendable, CaseIterable {
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

    private static func run(
        _ length: Int, _ function: (UnsafeMutablePointer<UInt8>?) -> UnsafeMutablePointer<UInt8>?
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: length) { digest, count in
            _ = function(digest.baseAddress)
            count = length
        }
    }
}
