internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// Sign and verify; verify also sends HMACs and CMACs to those who know them.
struct SigningPaths: Sendable {
    let keys: KeyStore

    var paths: [Path] {
        ["", "/:urlalgorithm"].flatMap { tail -> [Path] in
            let suffix = tail.isEmpty ? "" : "-with-algorithm"
            return [
                .transit(
                    .update, "sign/:name" + tail, "sign" + suffix, "Sign data with a named key.", SignInput.signing,
                    sign),
                .transit(
                    .update, "verify/:name" + tail, "verify" + suffix,
                    "Verify a signature, HMAC or CMAC made with a named key.", SignInput.verification, verify),
            ]
        }
    }

    @Sendable private func sign(_ call: Call, _ input: SignInput) async throws -> Reply {
        let batch = try Batch(input.item, list: input.batch)
        let ring = try await keys.ring(call, or: TransitErrors.signingKeyNotFound)
        guard ring.type.supportsSigning else { throw TransitErrors.noSigning(ring.type) }
        let options = try SigningOptions(input, hash: input.hashName(call), ring.type)
        let number = try ring.number(wanted: input.keyVersion, for: "signing")
        let random = call.random
        return try await batch.run(isSlow: ring.type.isSlow) { _, item in
            let (message, context) = try Self.decode(item, isList: batch.isList, ring.type)
            let (signature, publicKey) = try ring.sign(message, number, options, context: context, random)
            var answer = JSONObject()
            answer.append("signature", .string(signature))
            if let publicKey { answer.append("public_key", .string(Base64.standard.encode(publicKey))) }
            answer.append("key_version", .int(number))
            return answer
        }.reply()
    }

    /// A single item without input signs nothing at all; in a list that is an error.
    private static func decode(
        _ item: SigningItem, isList: Bool, _ type: KeyType
    ) throws(EngineError) -> (message: [UInt8], context: [UInt8]) {
        if isList, item.input == nil { throw TransitErrors.missingInput }
        if type == .ed25519, !item.signatureContext.isEmpty { throw TransitErrors.pureEd25519Context }
        let message = try decodeBase64(item.input ?? "", "input")
        guard !item.context.isEmpty else { return (message, []) }
        guard let context = try? GoBase64.decode(item.context) else { throw TransitErrors.wrongContext }
        return (message, context)
    }

    @Sendable private func verify(_ call: Call, _ input: SignInput) async throws -> Reply {
        let batch = try Batch(input.item, list: input.batch)
        switch try Self.proof(batch) {
        case .hmac: return try await MACPaths(keys: keys).verifyHMAC(call, input, batch)
        case .cmac: return try await MACPaths(keys: keys).verifyCMAC(call, batch)
        case .signature: break
        }
        let ring = try await keys.ring(call, or: TransitErrors.verificationKeyNotFound)
        guard ring.type.supportsSigning else { throw TransitErrors.noVerification(ring.type) }
        let options = try SigningOptions(input, hash: input.hashName(call), ring.type)
        return try await batch.run(isSlow: ring.type.isSlow) { _, item in
            let (message, context) = try Self.decode(item, isList: batch.isList, ring.type)
            let isValid = try ring.verify(item.signature ?? "", message, options, context: context)
            return ["valid": .bool(isValid)]
        }.reply(blank: ["valid": false])
    }

    private enum Proof { case signature, hmac, cmac }

    /// What is to be verified; all items of a list must have the same.
    private static func proof(_ batch: Batch<SigningItem>) throws(EngineError) -> Proof {
        let items = batch.items
        if items.contains(where: { $0.cmac != nil }) { return .cmac }
        let hasSignature = items.contains { $0.signature != nil }
        let hasHMAC = items.contains { $0.signature == nil && $0.hmac != nil }
        guard batch.isList else {
            if items[0].signature != nil, items[0].hmac != nil { throw TransitErrors.twoToVerify }
            if !hasSignature, !hasHMAC { throw TransitErrors.nothingToVerify }
            return hasSignature ? .signature : .hmac
        }
        if hasSignature, hasHMAC { throw TransitErrors.mixedBatch }
        guard hasSignature || hasHMAC else { throw TransitErrors.emptyBatchItems }
        if items.contains(where: { $0.signature == nil && $0.hmac == nil }) {
            throw TransitErrors.missingInBatch(hasSignature ? "signature" : "hmac")
        }
        return hasSignature ? .signature : .hmac
    }
}
