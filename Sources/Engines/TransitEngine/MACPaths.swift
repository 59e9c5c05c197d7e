internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferJSON

/// HMAC with any key, CMAC with keys made for it; and the verification of both.
struct MACPaths: Sendable {
    let keys: KeyStore

    var paths: [Path] {
        [("", "generate-hmac"), ("/:urlalgorithm", "generate-hmac-with-algorithm")].map { tail, id in
            .transit(
                .update, "hmac/:name" + tail, id, "Make an HMAC of data with a named key.",
                description: "Every key has another key for HMACs, so that the same name serves both.",
                SignInput.authentication, makeHMAC)
        }
            + [("", "generate-cmac"), ("/:url_mac_length", "generate-cmac-with-mac-length")].map { tail, id in
                .transit(
                    .update, "cmac/:name" + tail, id, "Make a CMAC of data with a key made for that.",
                    SignInput.authentication, makeCMAC)
            }
    }

    // MARK: hmac

    @Sendable private func makeHMAC(_ call: Call, _ input: SignInput) async throws -> Reply {
        let batch = try Batch(input.item, list: input.batch)
        let ring = try await hmacRing(call)
        let number = input.keyVersion == 0 ? ring.key.latest : input.keyVersion
        if number < 0 { throw TransitErrors.negativeHMACVersion }
        if number > ring.key.latest { throw TransitErrors.unknownHMACVersion(latest: ring.key.latest) }
        if number != ring.key.latest, number < ring.key.minimumEncryption { throw TransitErrors.hmacVersionTooOld }
        let key = try ring.version(number).hmacKey
        let digest = try Self.digest(input, call)
        if !batch.isList, input.item.input == nil { throw TransitErrors.missingHMACInput }
        return try await batch.run(isSlow: false) { _, item in
            guard let text = item.input else { throw TransitErrors.missingHMACInput }
            let code = digest.authenticate(try decodeBase64(text, "input"), key: key)
            return ["hmac": .string(VersionedText.make(number, Base64.standard.encode(code)))]
        }.reply()
    }

    func verifyHMAC(_ call: Call, _ input: SignInput, _ batch: Batch<SigningItem>) async throws -> Reply {
        let ring = try await hmacRing(call)
        let digest = try Self.digest(input, call)
        return try await batch.run(isSlow: false) { _, item in
            if batch.isList, item.input == nil { throw TransitErrors.missingInput }
            let message = try decodeBase64(item.input ?? "", "input")
            let text = try VersionedText(item.hmac ?? "", "HMAC")
            if text.version < ring.key.minimumDecryption { throw TransitErrors.hmacTooOld }
            let key = try ring.version(of: text, "HMAC").hmacKey
            let code = try decodeBase64(text.body, "verification HMAC")
            return ["valid": .bool(constantTimeEqual(code, digest.authenticate(message, key: key)))]
        }.reply(blank: ["valid": false])
    }

    private func hmacRing(_ call: Call) async throws -> KeyRing {
        let ring = try await keys.ring(call, or: TransitErrors.encryptionKeyNotFound)
        try ring.requireUse()
        return ring
    }

    private static func digest(_ input: SignInput, _ call: Call) throws(EngineError) -> Digest {
        guard let digest = Digest(rawValue: input.hashName(call)) else { throw TransitErrors.hmacAlgorithm }
        return digest
    }

    // MARK: cmac

    @Sendable private func makeCMAC(_ call: Call, _ input: SignInput) async throws -> Reply {
        let batch = try Batch(input.item, list: input.batch)
        let ring = try await cmacRing(call)
        let number = try ring.number(wanted: input.keyVersion, for: "encryption")
        let secret = try Self.secret(ring, try ring.version(number))
        let fixedLength = try Self.length(call, "url_mac_length")
        return try await batch.run(isSlow: false) { _, item in
            guard let text = item.input else { throw TransitErrors.missingInput }
            let code = try Self.cmac(text, secret, length: fixedLength ?? item.macLength)
            return ["cmac": .string(VersionedText.make(number, Base64.standard.encode(code)))]
        }.reply()
    }

    func verifyCMAC(_ call: Call, _ batch: Batch<SigningItem>) async throws -> Reply {
        let ring = try await cmacRing(call)
        let fixedLength = try Self.length(call, "urlalgorithm")
        return try await batch.run(isSlow: false) { _, item in
            guard let text = item.input, let given = item.cmac else { throw TransitErrors.missingInput }
            let parsed = try VersionedText(given, "CMAC")
            let secret = try Self.secret(ring, try ring.version(of: parsed, "CMAC"))
            let code = try decodeBase64(parsed.body, "cmac")
            let expected = try Self.cmac(text, secret, length: fixedLength ?? item.macLength)
            return ["valid": .bool(constantTimeEqual(code, expected))]
        }.reply(blank: ["valid": false])
    }

    private func cmacRing(_ call: Call) async throws -> KeyRing {
        let ring = try await keys.ring(call, or: TransitErrors.encryptionKeyNotFound)
        guard ring.type.isCMAC else { throw TransitErrors.noCMAC(ring.key.name, ring.type) }
        return ring
    }

    private static func secret(_ ring: KeyRing, _ version: KeyVersion) throws(EngineError) -> SecretBytes {
        guard let secret = version.secret else { throw TransitErrors.noCMAC(ring.key.name, ring.type) }
        return secret
    }

    private static func length(_ call: Call, _ capture: String) throws(EngineError) -> Int64? {
        let text = call.capture(capture)
        if text.isEmpty { return nil }
        guard let length = Int64(text) else { throw TransitErrors.macLength }
        return length
    }

    /// - Parameter length: how many of its bytes are wanted; 0 for all.
    private static func cmac(_ text: String, _ secret: SecretBytes, length: Int64) throws(EngineError) -> [UInt8] {
        guard (0...Int64(CMAC.length)).contains(length) else { throw TransitErrors.macLength }
        guard let code = CMAC.authenticate(try decodeBase64(text, "input"), key: secret) else {
            throw TransitErrors.damaged
        }
        return Array(code.prefix(length == 0 ? CMAC.length : Int(length)))
    }
}
