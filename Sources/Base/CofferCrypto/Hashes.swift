internal import CCryptoBoringSSL

package enum SHA256 {
    /// 32 bytes.
    package static func hash(_ message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
            CCryptoBoringSSL_SHA256(message, message.count, digest.baseAddress)
            count = 32
        }
    }
}

/// Only for formats that predate SHA-256: storage keys of tokens without a period, one-time passwords, old signatures.
package enum SHA1 {
    /// 20 bytes.
    package static func hash(_ message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 20) { digest, count in
            CCryptoBoringSSL_SHA1(message, message.count, digest.baseAddress)
            count = 20
        }
    }
}
