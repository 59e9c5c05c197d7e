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
    package func withAuthentication(of text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.byteCount) { digest in
            text.utf8.span.withUnsafeBytes { authenticate($0, into: digest) }
            body(UnsafeBufferPointer(digest))
        }
    }

    /// The bytes for a text in hexadecimal, behind a prefix.
    package func hex(of text: String, after prefix: StaticString) -> String {
        let start = prefix.utf8CodeUnitCount
        return String(unsafeUninitializedCapacity: start + 2 * Self.byteCount) { target in
            guard let base = target.baseAddress else { return 0 }
            base.initialize(from: prefix.utf8Start, count: start)
            withAuthentication(of: text) { Hex.write($0, to: base + start) }
            return start + 2 * Self.byteCount
        }
    }

    private func authenticate(_ message: UnsafeRawBufferPointer, into digest: UnsafeMutableBufferPointer<UInt8>) {
        contexts.withUnsafeBytes { memory in
            let contexts = memory.assumingMemoryBound(to: SHA256_CTX.self)
            var context = contexts[0]
            Self.finish(&context, with: message, into: digest)
            context = contexts[1]
            Self.finish(&context, with: UnsafeRawBufferPointer(digest), into: digest)
        }
    }

    /// Absorbs what follows the padded key.
    private static func finish(
        _ context: inout SHA256_CTX, with message: UnsafeRawBufferPointer,
        into digest: UnsafeMutableBufferPointer<UInt8>
    ) {
        if message.count <= largestInTwoBlocks { return finishBlocks(&context, with: message, into: digest) }
        CCryptoBoringSSL_SHA256_Update(&context, message.baseAddress, message.count)
        CCryptoBoringSSL_SHA256_Final(digest.baseAddress, &context)
    }

    /// The end of a message needs a byte and its length behind it (FIPS 180-4, 5.1.1).
    private static let largestInTwoBlocks = 2 * blockLength - 9

    /// What `Update` and `Final` do to a short message, for half of what they cost around it.
    private static func finishBlocks(
        _ context: inout SHA256_CTX, with message: UnsafeRawBufferPointer,
        into digest: UnsafeMutableBufferPointer<UInt8>
    ) {
        withUnsafeTemporaryAllocation(byteCount: 2 * blockLength, alignment: 8) { blocks in
            let length = message.count + 9 > blockLength ? 2 * blockLength : blockLength
            blocks.initializeMemory(as: UInt8.self, repeating: 0)
            blocks.copyMemory(from: message)
            blocks[message.count] = 0x80
            blocks.storeBytes(
                of: UInt64(8 * (blockLength + message.count)).bigEndian, toByteOffset: length - 8, as: UInt64.self)
            for block in stride(from: 0, to: length, by: blockLength) {
                CCryptoBoringSSL_SHA256_Transform(
                    &context, blocks.baseAddress?.advanced(by: block).assumingMemoryBound(to: UInt8.self))
            }
        }
        withUnsafeBytes(of: context.h) { state in
            let digest = UnsafeMutableRawBufferPointer(digest)
            for place in stride(from: 0, to: byteCount, by: 4) {
                let word = state.loadUnaligned(fromByteOffset: place, as: UInt32.self)
                digest.storeBytes(of: word.bigEndian, toByteOffset: place, as: UInt32.self)
            }
        }
    }
}
