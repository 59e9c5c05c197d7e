internal import CCryptoBoringSSL
package import CofferBase

extension OpenPGPPrimitives {
    /// The curves of NIST.
    package enum Curve: Sendable {
        case p256, p384, p521

        /// Bytes of a coordinate.
        package var length: Int {
            switch self {
            case .p256: 32
            case .p384: 48
            case .p521: 66
            }
        }

        fileprivate var group: OpaquePointer? {
            switch self {
            case .p256: CCryptoBoringSSL_EC_group_p256()
            case .p384: CCryptoBoringSSL_EC_group_p384()
            case .p521: CCryptoBoringSSL_EC_group_p521()
            }
        }
    }

    /// An agreement with `peer` (an uncompressed point) under a new key: that key's point, and the shared
    /// secret, an x coordinate. Nil when the peer's bytes are no point of the curve.
    package static func agree(
        on curve: Curve, peer: [UInt8], random: RandomSource
    ) throws(RandomError) -> (ephemeral: [UInt8], secret: [UInt8])? {
        // The chance that a draw is refused is 2^-32 for P-256 and next to nothing for the others.
        for _ in 0..<16 {
            var scalar = try random.bytes(curve.length)
            defer { zero(&scalar) }
            if curve == .p521 { scalar[0] &= 1 }
            switch agree(on: curve, peer: peer, scalar: scalar) {
            case .made(let ephemeral, let secret): return (ephemeral, secret)
            case .badScalar: continue
            case .badPeer: return nil
            }
        }
        return nil
    }

    private enum Agreement {
        case made(ephemeral: [UInt8], secret: [UInt8])
        case badScalar
        case badPeer
    }

    private static func agree(on curve: Curve, peer: [UInt8], scalar: [UInt8]) -> Agreement {
        guard let key = CCryptoBoringSSL_EC_KEY_new(), let point = CCryptoBoringSSL_EC_POINT_new(curve.group) else {
            return .badPeer
        }
        defer {
            CCryptoBoringSSL_EC_KEY_free(key)
            CCryptoBoringSSL_EC_POINT_free(point)
        }
        guard CCryptoBoringSSL_EC_KEY_set_group(key, curve.group) == 1,
            CCryptoBoringSSL_EC_POINT_oct2point(curve.group, point, peer, peer.count, nil) == 1
        else { return .badPeer }
        // Refuses zero and what is not below the order.
        guard CCryptoBoringSSL_EC_KEY_oct2priv(key, scalar, scalar.count) == 1,
            let number = CCryptoBoringSSL_EC_KEY_get0_private_key(key),
            let own = CCryptoBoringSSL_EC_POINT_new(curve.group)
        else { return .badScalar }
        defer { CCryptoBoringSSL_EC_POINT_free(own) }
        var ephemeral = [UInt8](repeating: 0, count: 2 * curve.length + 1)
        var secret = [UInt8](repeating: 0, count: curve.length)
        guard CCryptoBoringSSL_EC_POINT_mul(curve.group, own, number, nil, nil, nil) == 1,
            CCryptoBoringSSL_EC_POINT_point2oct(
                curve.group, own, POINT_CONVERSION_UNCOMPRESSED, &ephemeral, ephemeral.count, nil) == ephemeral.count,
            CCryptoBoringSSL_ECDH_compute_key(&secret, secret.count, point, key, nil) == Int32(secret.count)
        else { return .badPeer }
        return .made(ephemeral: ephemeral, secret: secret)
    }

    /// An ECDSA signature (`r`, `s` as big-endian numbers) over a digest, by the key with this uncompressed point.
    package static func verify(r: [UInt8], s: [UInt8], of digest: [UInt8], on curve: Curve, point: [UInt8]) -> Bool {
        guard let key = CCryptoBoringSSL_EC_KEY_new(), let signature = CCryptoBoringSSL_ECDSA_SIG_new() else {
            return false
        }
        defer {
            CCryptoBoringSSL_EC_KEY_free(key)
            CCryptoBoringSSL_ECDSA_SIG_free(signature)
        }
        guard CCryptoBoringSSL_EC_KEY_set_group(key, curve.group) == 1,
            CCryptoBoringSSL_EC_KEY_oct2key(key, point, point.count, nil) == 1,
            let first = CCryptoBoringSSL_BN_bin2bn(r, r.count, nil)
        else { return false }
        guard let second = CCryptoBoringSSL_BN_bin2bn(s, s.count, nil) else {
            CCryptoBoringSSL_BN_free(first)
            return false
        }
        // The signature owns both numbers from here on.
        guard CCryptoBoringSSL_ECDSA_SIG_set0(signature, first, second) == 1 else { return false }
        return CCryptoBoringSSL_ECDSA_do_verify(digest, digest.count, signature, key) == 1
    }
}
