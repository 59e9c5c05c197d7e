internal import CCryptoBoringSSL

/// SHA-256 over bytes that come in pieces.
package struct SHA256Stream: Sendable {
    /// A `SHA256_CTX`, which holds no pointers.
    private var context: [UInt8]

    package init() {
        context = [UInt8](repeating: 0, count: MemoryLayout<SHA256_CTX>.size)
        change { CCryptoBoringSSL_SHA256_Init($0) }
    }

    package mutating func update(_ bytes: [UInt8]) {
        change { CCryptoBoringSSL_SHA256_Update($0, bytes, bytes.count) }
    }

    /// 32 bytes, over everything so far.
    package func digest() -> [UInt8] {
        var copy = self
        return [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
            copy.change { CCryptoBoringSSL_SHA256_Final(digest.baseAddress, $0) }
            count = 32
        }
    }

    private mutating func change(_ body: (UnsafeMutablePointer<SHA256_CTX>) -> Int32) {
        var value = context.withUnsafeBytes { $0.loadUnaligned(as: SHA256_CTX.self) }
        // Each of these calls returns one, always.
        _ = body(&value)
        withUnsafeBytes(of: value) { context = Array($0) }
    }
}
