internal import CofferCrypto

/// Hash functions by their numbers in the format (RFC 4880, 9.4).
enum PGPHash: UInt8 {
    case sha1 = 2
    case sha256 = 8
    case sha384 = 9
    case sha512 = 10
    case sha224 = 11

    /// Long enough to derive any key from.
    var isStrong: Bool { self == .sha256 || self == .sha384 || self == .sha512 }

    func digest(_ message: [UInt8]) -> [UInt8] {
        switch self {
        case .sha1: SHA1.hash(message)
        case .sha224: Digest.sha224.hash(message)
        case .sha256: Digest.sha256.hash(message)
        case .sha384: Digest.sha384.hash(message)
        case .sha512: Digest.sha512.hash(message)
        }
    }

    var signed: OpenPGPPrimitives.SignatureDigest {
        switch self {
        case .sha1: .sha1
        case .sha224: .sha224
        case .sha256: .sha256
        case .sha384: .sha384
        case .sha512: .sha512
        }
    }
}

/// AES by its numbers in the format (RFC 4880, 9.2).
enum PGPCipher: UInt8 {
    case aes128 = 7
    case aes192 = 8
    case aes256 = 9

    var keyLength: Int {
        switch self {
        case .aes128: 16
        case .aes192: 24
        case .aes256: 32
        }
    }
}
