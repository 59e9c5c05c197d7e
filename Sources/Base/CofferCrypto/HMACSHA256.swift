internal import CCryptoBoringSSL
internal import CofferBase

/// HMAC-SHA256 (RFC 2104) under a fixed key, absorbed once and copied for every message.
package struct HMACSHA256: Sendable {
    private static let blockLength = 64
    private static let byteCount = 32

    /// Two `SHA256_CTX`, which hold no pointers: after the inner and after the outer padded key.
    /// Whoever reads them can forge, so they are kept like the key itself.
    private let contexts: SecretBytes

    /// A key of any length; beyond 64 bytes its hash takes its place.
    package init(key: [UInt8]) {
        contexts = SecretBytes(count: 2 * MemoryLayout<SHA256_CTX>.stride) { memory in
            let contexts = memory.assumingMemoryBound(to: SHA256_CTX.self)
            var block = key.count > Self.blockLength ? SHA256.hash(key) : key
            block.append(contentsOf: repeatElement(0, count: Self.blockLength - block.count))
            for (context, pad) in zip(contexts.indices, [0x36, 0x5c] as [UInt8]) {
                var padded = block.map { $0 ^ pad }
                CCryptoBoringSSL_SHA256_Init(&contexts[context])
                CCryptoBoringSSL_SHA256_Update(&contexts[context], padded, padded.count)
                zero(&padded)
            }
            zero(&block)
        }
    }

    /// 32 bytes.
    package func authenticate(_ message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { digest, count in
            message.withUnsafeBytes { authenticate($0, into: digest) }
            count = Self.byteCount
        }
    }

    /// Calls `body` with the 32 bytes, which are valid only inside.
    package func withAuthentication(of message: UnsafeRawBufferPointer, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.byteCount) { digest in
            authenticate(message, into: digest)
            body(UnsafeBufferPointer(digest))
        }
    }

    private func authenticate(_ message: UnsafeRawBufferPointer, into digest: UnsafeMutableBufferPointer<UInt8>) {
        contexts.withUnsafeBytes { memory in
            let contexts = memory.assumingMemoryBound(to: SHA256_CTX.self)
            var context = contexts[0]
            CCryptoBoringSSL_SHA256_Update(&context, message.baseAddress, message.count)
            CCryptoBoringSSL_SHA256_Final(digest.baseAddress, &context)
            context = contexts[1]
            CCryptoBoringSSL_SHA256_Update(&context, digest.baseAddress, Self.byteCount)
            CCryptoBoringSSL_SHA256_Final(digest.baseAddress, &context)
        }
    }
}
