internal import CCryptoBoringSSL
package import CofferBase

/// ML-DSA (FIPS 204): signatures that withstand quantum computers. Messages are not pre-hashed, the context is empty.
package struct MLDSAKey: Sendable {
    package enum ParameterSet: String, Sendable, CaseIterable {
        case mlDSA44 = "44"
        case mlDSA65 = "65"
        case mlDSA87 = "87"
    }

    package let parameterSet: ParameterSet
    /// What the key pair is computed from.
    package let seed: SecretBytes
    package let publicKey: [UInt8]
    /// An expanded private key, which holds no pointers; computing it again would cost each signature.
    private let expanded: SecretBytes

    package static func generate(
        _ parameterSet: ParameterSet, random: RandomSource
    ) throws -> MLDSAKey {
        try MLDSAKey(parameterSet, seed: SecretBytes(count: Int(MLDSA_SEED_BYTES), from: random))
    }

    package init(_ parameterSet: ParameterSet, seed: SecretBytes) throws(KeyError) {
        let functions = parameterSet.functions
        var isReady = false
        let expanded = SecretBytes(count: functions.privateSize) { target in
            isReady = seed.withUnsafeBytes { seed in
                functions.expand(target.baseAddress, seed.baseAddress?.assumingMemoryBound(to: UInt8.self), seed.count)
                    == 1
            }
        }
        guard isReady else { throw KeyError() }
        self.parameterSet = parameterSet
        self.seed = seed
        self.expanded = expanded
        publicKey = try AsymmetricKey.marshal({ builder in
            expanded.withUnsafeBytes { functions.writePublic(builder, $0.baseAddress) }
        }) { Array($0) }
    }

    package func sign(_ message: [UInt8]) throws(KeyError) -> [UInt8] {
        let functions = parameterSet.functions
        var signature = [UInt8](repeating: 0, count: functions.signatureLength)
        let isSigned = expanded.withUnsafeBytes { key in
            functions.sign(&signature, key.baseAddress, message, message.count) == 1
        }
        guard isSigned else { throw KeyError() }
        return signature
    }

    package static func isValid(
        _ signature: [UInt8], _ message: [UInt8], _ parameterSet: ParameterSet, publicKey: [UInt8]
    ) -> Bool {
        parameterSet.functions.verify(publicKey, signature, message)
    }
}

/// One parameter set's functions; the three are alike, but C has no generic types.
private struct Functions {
    let privateSize: Int
    let signatureLength: Int
    let expand: (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int) -> Int32
    let writePublic: (UnsafeMutablePointer<CBB>, UnsafeRawPointer?) -> Int32
    let sign: (UnsafeMutablePointer<UInt8>?, UnsafeRawPointer?, UnsafePointer<UInt8>?, Int) -> Int32
    let verify: (_ publicKey: [UInt8], _ signature: [UInt8], _ message: [UInt8]) -> Bool

    init<Private, Public>(
        signatureLength: Int, empty: Public,
        expand: @escaping (UnsafeMutablePointer<Private>?, UnsafePointer<UInt8>?, Int) -> Int32,
        derive: @escaping (UnsafeMutablePointer<Public>?, UnsafePointer<Private>?) -> Int32,
        marshal: @escaping (UnsafeMutablePointer<CBB>?, UnsafePointer<Public>?) -> Int32,
        parse: @escaping (UnsafeMutablePointer<Public>?, UnsafeMutablePointer<CBS>?) -> Int32,
        sign:
            @escaping (
                UnsafeMutablePointer<UInt8>?, UnsafePointer<Private>?, UnsafePointer<UInt8>?, Int,
                UnsafePointer<UInt8>?, Int
            ) -> Int32,
        verify:
            @escaping (
                UnsafePointer<Public>?, UnsafePointer<UInt8>?, Int, UnsafePointer<UInt8>?, Int, UnsafePointer<UInt8>?,
                Int
            ) -> Int32
    ) {
        privateSize = MemoryLayout<Private>.size
        self.signatureLength = signatureLength
        self.expand = { target, seed, count in
            expand(target?.assumingMemoryBound(to: Private.self), seed, count)
        }
        writePublic = { builder, key in
            var publicKey = empty
            guard derive(&publicKey, key?.assumingMemoryBound(to: Private.self)) == 1 else { return 0 }
            return marshal(builder, &publicKey)
        }
        self.sign = { signature, key, message, count in
            sign(signature, key?.assumingMemoryBound(to: Private.self), message, count, nil, 0)
        }
        self.verify = { publicKey, signature, message in
            publicKey.withUnsafeBufferPointer { bytes in
                var (input, key) = (CBS(), empty)
                CCryptoBoringSSL_CBS_init(&input, bytes.baseAddress, bytes.count)
                return parse(&key, &input) == 1
                    && verify(&key, signature, signature.count, message, message.count, nil, 0) == 1
            }
        }
    }
}

extension MLDSAKey.ParameterSet {
    fileprivate var functions: Functions {
        switch self {
        case .mlDSA44:
            Functions(
                signatureLength: Int(MLDSA44_SIGNATURE_BYTES), empty: MLDSA44_public_key(),
                expand: CCryptoBoringSSL_MLDSA44_private_key_from_seed,
                derive: CCryptoBoringSSL_MLDSA44_public_from_private,
                marshal: CCryptoBoringSSL_MLDSA44_marshal_public_key,
                parse: CCryptoBoringSSL_MLDSA44_parse_public_key,
                sign: CCryptoBoringSSL_MLDSA44_sign, verify: CCryptoBoringSSL_MLDSA44_verify)
        case .mlDSA65:
            Functions(
                signatureLength: Int(MLDSA65_SIGNATURE_BYTES), empty: MLDSA65_public_key(),
                expand: CCryptoBoringSSL_MLDSA65_private_key_from_seed,
                derive: CCryptoBoringSSL_MLDSA65_public_from_private,
                marshal: CCryptoBoringSSL_MLDSA65_marshal_public_key,
                parse: CCryptoBoringSSL_MLDSA65_parse_public_key,
                sign: CCryptoBoringSSL_MLDSA65_sign, verify: CCryptoBoringSSL_MLDSA65_verify)
        case .mlDSA87:
            Functions(
                signatureLength: Int(MLDSA87_SIGNATURE_BYTES), empty: MLDSA87_public_key(),
                expand: CCryptoBoringSSL_MLDSA87_private_key_from_seed,
                derive: CCryptoBoringSSL_MLDSA87_public_from_private,
                marshal: CCryptoBoringSSL_MLDSA87_marshal_public_key,
                parse: CCryptoBoringSSL_MLDSA87_parse_public_key,
                sign: CCryptoBoringSSL_MLDSA87_sign, verify: CCryptoBoringSSL_MLDSA87_verify)
        }
    }
}
