internal import CCryptoBoringSSL
package import CofferBase

/// A certificate that lets the holder of a key in as a client, to be signed by an authority (RFC 5280).
package struct ClientCertificate: Sendable {
    package let commonName: String
    package let key: AsymmetricKey
    package let start: Timestamp
    package let end: Timestamp

    package init(commonName: String, key: AsymmetricKey, start: Timestamp, end: Timestamp) {
        self.commonName = commonName
        self.key = key
        self.start = start
        self.end = end
    }

    /// - Parameter digest: nil for what suits the key of the authority; Ed25519 brings its own.
    /// - Throws: `KeyError`, also for a common name of no characters or of more than 64.
    package func signed(
        by authority: Certificate, _ authorityKey: AsymmetricKey, _ digest: Digest?, random: RandomSource
    ) throws -> Certificate {
        let issuer = authority.parsed()
        let draft = CCryptoBoringSSL_X509_new()
        defer {
            CCryptoBoringSSL_X509_free(issuer)
            CCryptoBoringSSL_X509_free(draft)
            CCryptoBoringSSL_ERR_clear_error()
        }
        guard issuer != nil, authorityKey.isPrivate, CCryptoBoringSSL_X509_set_version(draft, Int(X509_VERSION_3)) == 1,
            setSerial(try random.bytes(20), draft), setNames(draft, issuer), setTimes(draft),
            CCryptoBoringSSL_X509_set_pubkey(draft, key.pointer) == 1, addExtensions(draft, issuer),
            CCryptoBoringSSL_X509_sign(draft, authorityKey.pointer, authorityKey.signatureDigest(digest)) > 0
        else { throw KeyError() }
        return try Certificate(Self.der(of: draft))
    }

    private func setSerial(_ bytes: [UInt8], _ draft: OpaquePointer?) -> Bool {
        // At most 20 octets as a positive number (section 4.1.2.2).
        let positive = [bytes[0] & 0x7f] + bytes.dropFirst()
        let number = CCryptoBoringSSL_BN_bin2bn(positive, positive.count, nil)
        let serial = CCryptoBoringSSL_BN_to_ASN1_INTEGER(number, nil)
        defer {
            CCryptoBoringSSL_BN_free(number)
            CCryptoBoringSSL_ASN1_INTEGER_free(serial)
        }
        return serial != nil && CCryptoBoringSSL_X509_set_serialNumber(draft, serial) == 1
    }

    private func setNames(_ draft: OpaquePointer?, _ issuer: OpaquePointer?) -> Bool {
        let name = CCryptoBoringSSL_X509_NAME_new()
        defer { CCryptoBoringSSL_X509_NAME_free(name) }
        let bytes = Array(commonName.utf8)
        // A NUL ends the name for whoever reads it as a text of C.
        return !bytes.isEmpty && !bytes.contains(0)
            && CCryptoBoringSSL_X509_NAME_add_entry_by_NID(
                name, NID_commonName, MBSTRING_FLAG, bytes, bytes.count, -1, 0) == 1
            && CCryptoBoringSSL_X509_set_subject_name(draft, name) == 1
            && CCryptoBoringSSL_X509_set_issuer_name(draft, CCryptoBoringSSL_X509_get_subject_name(issuer)) == 1
    }

    private func setTimes(_ draft: OpaquePointer?) -> Bool {
        CCryptoBoringSSL_ASN1_TIME_set_posix(CCryptoBoringSSL_X509_getm_notBefore(draft), start.seconds) != nil
            && CCryptoBoringSSL_ASN1_TIME_set_posix(CCryptoBoringSSL_X509_getm_notAfter(draft), end.seconds) != nil
    }

    private func addExtensions(_ draft: OpaquePointer?, _ issuer: OpaquePointer?) -> Bool {
        var extensions: [(Int32, String)] = [
            (NID_key_usage, "critical,digitalSignature"), (NID_ext_key_usage, "clientAuth"),
            (NID_subject_key_identifier, "hash"),
        ]
        // Only an authority that names its key can be found by that name.
        if CCryptoBoringSSL_X509_get0_subject_key_id(issuer) != nil {
            extensions.append((NID_authority_key_identifier, "keyid"))
        }
        return extensions.allSatisfy { number, value in
            var context = X509V3_CTX()
            CCryptoBoringSSL_X509V3_set_ctx(&context, issuer, draft, nil, nil, 0)
            let made = CCryptoBoringSSL_X509V3_EXT_nconf_nid(nil, &context, number, value)
            defer { CCryptoBoringSSL_X509_EXTENSION_free(made) }
            return made != nil && CCryptoBoringSSL_X509_add_ext(draft, made, -1) == 1
        }
    }

    private static func der(of certificate: OpaquePointer?) throws(KeyError) -> [UInt8] {
        var der: UnsafeMutablePointer<UInt8>?
        let count = CCryptoBoringSSL_i2d_X509(certificate, &der)
        defer { CCryptoBoringSSL_OPENSSL_free(der) }
        guard count > 0 else { throw KeyError() }
        return Array(UnsafeBufferPointer(start: der, count: Int(count)))
    }
}
