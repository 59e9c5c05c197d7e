internal import CCryptoBoringSSL
internal import CofferBase

/// Keys as decimal numbers, the form in which Go programs store them as JSON.
extension AsymmetricKey {
    /// RFC 8017, section 3: modulus, exponents and two primes. Empty texts where a public key has nothing.
    package struct RSANumbers: Sendable {
        package var modulus = ""
        package var publicExponent = "65537"
        package var privateExponent = ""
        package var primes = ["", ""]
        /// d mod (p − 1), d mod (q − 1), and the inverse of q mod p; computed anew when a key is made.
        package var exponents = ["", ""]
        package var coefficient = ""

        package init() {}
    }

    package struct CurveNumbers: Sendable {
        package var x = ""
        package var y = ""
        /// The private number; empty for a public key alone.
        package var d = ""

        package init() {}
    }

    package var rsaNumbers: RSANumbers? {
        guard let rsa else { return nil }
        var numbers = RSANumbers()
        numbers.modulus = Self.decimal(CCryptoBoringSSL_RSA_get0_n(rsa))
        numbers.publicExponent = Self.decimal(CCryptoBoringSSL_RSA_get0_e(rsa))
        guard isPrivate else { return numbers }
        numbers.privateExponent = Self.decimal(CCryptoBoringSSL_RSA_get0_d(rsa))
        numbers.primes = [
            Self.decimal(CCryptoBoringSSL_RSA_get0_p(rsa)), Self.decimal(CCryptoBoringSSL_RSA_get0_q(rsa)),
        ]
        numbers.exponents = [
            Self.decimal(CCryptoBoringSSL_RSA_get0_dmp1(rsa)), Self.decimal(CCryptoBoringSSL_RSA_get0_dmq1(rsa)),
        ]
        numbers.coefficient = Self.decimal(CCryptoBoringSSL_RSA_get0_iqmp(rsa))
        return numbers
    }

    /// The key with these numbers, which must fit together.
    package init(_ numbers: RSANumbers) throws(KeyError) {
        guard numbers.primes.count == 2 else { throw KeyError() }
        let texts = [numbers.modulus, numbers.publicExponent, numbers.privateExponent] + numbers.primes
        let parsed = texts.map(Self.number)
        defer { for number in parsed { CCryptoBoringSSL_BN_free(number) } }
        if numbers.privateExponent.isEmpty {
            let rsa = CCryptoBoringSSL_RSA_new_public_key(parsed[0], parsed[1])
            defer { CCryptoBoringSSL_RSA_free(rsa) }
            try self.init(rsa: rsa, isPrivate: false)
            return
        }
        let (d, p, q) = (parsed[2], parsed[3], parsed[4])
        let computed = [Self.exponent(d, modulo: p), Self.exponent(d, modulo: q), Self.inverse(q, modulo: p)]
        defer { for number in computed { CCryptoBoringSSL_BN_free(number) } }
        let rsa = CCryptoBoringSSL_RSA_new_private_key(
            parsed[0], parsed[1], d, p, q, computed[0], computed[1], computed[2])
        defer { CCryptoBoringSSL_RSA_free(rsa) }
        try self.init(rsa: rsa, isPrivate: true)
    }

    /// d mod (p − 1); nil when that cannot be.
    private static func exponent(
        _ d: UnsafeMutablePointer<BIGNUM>?, modulo p: UnsafeMutablePointer<BIGNUM>?
    ) -> UnsafeMutablePointer<BIGNUM>? {
        guard let d, let p, let less = CCryptoBoringSSL_BN_dup(p), let rest = CCryptoBoringSSL_BN_new() else {
            return nil
        }
        let context = CCryptoBoringSSL_BN_CTX_new()
        defer {
            CCryptoBoringSSL_BN_free(less)
            CCryptoBoringSSL_BN_CTX_free(context)
        }
        if CCryptoBoringSSL_BN_sub_word(less, 1) == 1, CCryptoBoringSSL_BN_nnmod(rest, d, less, context) == 1 {
            return rest
        }
        CCryptoBoringSSL_BN_free(rest)
        return nil
    }

    private static func inverse(
        _ q: UnsafeMutablePointer<BIGNUM>?, modulo p: UnsafeMutablePointer<BIGNUM>?
    ) -> UnsafeMutablePointer<BIGNUM>? {
        guard let q, let p else { return nil }
        let context = CCryptoBoringSSL_BN_CTX_new()
        defer { CCryptoBoringSSL_BN_CTX_free(context) }
        return CCryptoBoringSSL_BN_mod_inverse(nil, q, p, context)
    }

    package var curveNumbers: CurveNumbers? {
        guard let curveKey else { return nil }
        let (x, y) = (CCryptoBoringSSL_BN_new(), CCryptoBoringSSL_BN_new())
        defer {
            CCryptoBoringSSL_BN_free(x)
            CCryptoBoringSSL_BN_free(y)
        }
        guard
            CCryptoBoringSSL_EC_POINT_get_affine_coordinates(
                CCryptoBoringSSL_EC_KEY_get0_group(curveKey), CCryptoBoringSSL_EC_KEY_get0_public_key(curveKey), x, y,
                nil) == 1
        else { return nil }
        var numbers = CurveNumbers()
        numbers.x = Self.decimal(x)
        numbers.y = Self.decimal(y)
        if isPrivate { numbers.d = Self.decimal(CCryptoBoringSSL_EC_KEY_get0_private_key(curveKey)) }
        return numbers
    }

    /// The key of this curve with these numbers, which must fit together.
    package init(_ kind: Kind, _ numbers: CurveNumbers) throws(KeyError) {
        let parsed = [numbers.x, numbers.y, numbers.d].map(Self.number)
        let curveKey = CCryptoBoringSSL_EC_KEY_new_by_curve_name(kind.curve)
        defer {
            for number in parsed { CCryptoBoringSSL_BN_free(number) }
            CCryptoBoringSSL_EC_KEY_free(curveKey)
        }
        guard curveKey != nil, parsed[0] != nil, parsed[1] != nil,
            CCryptoBoringSSL_EC_KEY_set_public_key_affine_coordinates(curveKey, parsed[0], parsed[1]) == 1
        else {
            CCryptoBoringSSL_ERR_clear_error()
            throw KeyError()
        }
        if !numbers.d.isEmpty {
            guard CCryptoBoringSSL_EC_KEY_set_private_key(curveKey, parsed[2]) == 1,
                CCryptoBoringSSL_EC_KEY_check_key(curveKey) == 1
            else {
                CCryptoBoringSSL_ERR_clear_error()
                throw KeyError()
            }
        }
        try self.init(curveKey: curveKey, isPrivate: !numbers.d.isEmpty)
    }

    private static func decimal(_ number: UnsafePointer<BIGNUM>?) -> String {
        guard let number, let text = CCryptoBoringSSL_BN_bn2dec(number) else { return "" }
        defer { CCryptoBoringSSL_OPENSSL_free(text) }
        return String(cString: text)
    }

    /// Nil for an empty text, and for one that is not a decimal number of a sensible size.
    private static func number(_ text: String) -> UnsafeMutablePointer<BIGNUM>? {
        guard (1...5000).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        var number: UnsafeMutablePointer<BIGNUM>?
        return CCryptoBoringSSL_BN_dec2bn(&number, text) > 0 ? number : nil
    }
}
