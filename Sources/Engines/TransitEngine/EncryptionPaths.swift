internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// Encrypt, decrypt, rewrap, and keys for encryption elsewhere.
struct EncryptionPaths: Sendable {
    let keys: KeyStore
    let settings: MountSettings

    var paths: [Path] {
        [
            .transit(
                .update, "encrypt/:name", "encrypt", "Encrypt a text, or a list of texts, with a named key.",
                description: "The plaintext is given in base64. A key that does not exist is created when the caller "
                    + "may create, unless the mount forbids it.",
                CipherInput.encryption, exists: { call in try await keys.find(call) != nil }, encrypt),
            .transit(
                .update, "decrypt/:name", "decrypt", "Decrypt a text, or a list of texts, with a named key.",
                description: "The plaintext is answered in base64.", CipherInput.decryption, decrypt),
            .transit(
                .update, "rewrap/:name", "rewrap", "Encrypt a ciphertext anew with the latest version of its key.",
                description: "The plaintext is not shown, so that untrusted callers can renew what is stored.",
                CipherInput.rewrapping, rewrap),
            .transit(
                .update, "datakey/:plaintext/:name", "generate-data-key",
                "Make a key for encryption elsewhere, encrypted with a named key.", CipherInput.dataKey, makeDataKey),
        ]
    }

    @Sendable private func encrypt(_ call: Call, _ input: CipherInput) async throws -> Reply {
        let batch = try Batch(input.item, list: input.batch)
        if !batch.isList, input.item.plaintext == nil { throw TransitErrors.missingPlaintext }
        try Self.requireUniformContexts(batch)
        let (ring, warning) = try await ringToEncrypt(call, input, isDerived: !batch.items[0].context.isEmpty)
        guard ring.type.supportsEncryption else { throw TransitErrors.noEncryption(ring.type) }
        let random = call.random
        let results = try await batch.run(isSlow: ring.type.isSlow) { index, item in
            guard let plaintext = item.plaintext else { throw TransitErrors.missingPlaintext }
            let options = try CipherOptions(item, padding: item.paddingScheme, ring.type, index: index)
            let decoded = try decodeBase64(plaintext)
            let number = try ring.number(wanted: item.keyVersion, for: "encryption")
            let ciphertext = try ring.encrypt(decoded, number, options, random)
            return Self.answer(ciphertext, number)
        }
        var reply = try results.strictReply(status: input.partialFailureStatus)
        reply.warnings += warning
        return reply
    }

    /// The key, made when there is none and the caller was found to be creating it.
    private func ringToEncrypt(
        _ call: Call, _ input: CipherInput, isDerived: Bool
    ) async throws -> (KeyRing, warnings: [String]) {
        guard call.operation == .create else {
            return (try await keys.ring(call, or: TransitErrors.encryptionKeyNotFound), [])
        }
        if input.isConvergent, !isDerived { throw TransitErrors.noContext }
        if try await settings.read(call.storage).disableUpsert { throw TransitErrors.encryptionKeyNotFound }
        var key = Key()
        key.name = call.capture("name")
        key.type = try KeyType(named: input.type)
        if key.type.cipher == nil { throw TransitErrors.noUpsert(key.type) }
        key.isDerived = isDerived
        key.isConvergent = input.isConvergent
        let isNew = try await keys.create(key, call)
        let ring = try await keys.ring(call, or: TransitErrors.encryptionKeyNotFound)
        return (ring, isNew ? [] : [TransitErrors.createdBefore])
    }

    private static func answer(_ ciphertext: String, _ number: Int64) -> JSONObject {
        var answer = JSONObject()
        answer.append("ciphertext", .string(ciphertext))
        answer.append("key_version", .int(number))
        return answer
    }

    /// One request is for a derived key or for one that is not.
    private static func requireUniformContexts(_ batch: Batch<CipherItem>) throws(EngineError) {
        let isDerived = !batch.items[0].context.isEmpty
        guard batch.items.allSatisfy({ $0.context.isEmpty != isDerived }) else { throw TransitErrors.mixedContexts }
    }

    @Sendable private func decrypt(_ call: Call, _ input: CipherInput) async throws -> Reply {
        let batch = try Batch(input.item, list: input.batch)
        if !batch.isList, input.item.ciphertext.isEmpty { throw TransitErrors.missingCiphertext }
        try Self.requireUniformContexts(batch)
        let ring = try await keys.ring(call, or: TransitErrors.encryptionKeyNotFound)
        let results = try await batch.run(isSlow: ring.type.isSlow) { index, item in
            if item.ciphertext.isEmpty { throw TransitErrors.missingCiphertext }
            let options = try CipherOptions(item, padding: item.paddingScheme, ring.type, index: index)
            let plaintext = try ring.decrypt(item.ciphertext, options)
            return ["plaintext": .string(Base64.standard.encode(plaintext))]
        }
        return try results.strictReply(blank: ["plaintext": ""], status: input.partialFailureStatus)
    }

    @Sendable private func rewrap(_ call: Call, _ input: CipherInput) async throws -> Reply {
        let batch = try Batch(input.item, list: input.batch)
        if !batch.isList, input.item.ciphertext.isEmpty { throw TransitErrors.missingCiphertext }
        try Self.requireUniformContexts(batch)
        let ring = try await keys.ring(call, or: TransitErrors.encryptionKeyNotFound)
        let random = call.random
        return try await batch.run(isSlow: ring.type.isSlow) { index, item in
            if item.ciphertext.isEmpty { throw TransitErrors.missingCiphertext }
            let old = try CipherOptions(item, padding: item.decryptPaddingScheme, ring.type, index: index)
            let new = try CipherOptions(item, padding: item.encryptPaddingScheme, ring.type, index: index)
            var plaintext = try ring.decrypt(item.ciphertext, old)
            defer { zero(&plaintext) }
            let number = try ring.number(wanted: item.keyVersion, for: "encryption")
            return Self.answer(try ring.encrypt(plaintext, number, new, random), number)
        }.reply()
    }

    @Sendable private func makeDataKey(_ call: Call, _ input: CipherInput) async throws -> Reply {
        let isShown = call.capture("plaintext") == "plaintext"
        guard isShown || call.capture("plaintext") == "wrapped" else { throw TransitErrors.dataKeyPath }
        guard [128, 256, 512].contains(input.bits) else { throw TransitErrors.dataKeyBits }
        let ring = try await keys.ring(call, or: TransitErrors.encryptionKeyNotFound)
        let random = call.random
        return try await Batch(input.item, list: .null).run(isSlow: ring.type.isSlow) { index, item in
            let options = try CipherOptions(item, padding: item.paddingScheme, ring.type, index: index)
            let number = try ring.number(wanted: item.keyVersion, for: "encryption")
            var dataKey = try random.bytes(Int(input.bits / 8))
            defer { zero(&dataKey) }
            var answer = Self.answer(try ring.encrypt(dataKey, number, options, random), number)
            if isShown { answer.append("plaintext", .string(Base64.standard.encode(dataKey))) }
            return answer
        }.reply()
    }
}
