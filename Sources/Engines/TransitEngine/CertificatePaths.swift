internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferJSON

/// Certificates for signing keys: requests for them, and the chains that answer.
struct CertificatePaths: Sendable {
    let keys: KeyStore

    var paths: [Path] {
        [
            .transit(
                .update, "keys/:name/csr", "generate-csr-for-key", "Make a certificate request for a key.",
                RequestInput.schema, makeRequest),
            .transit(
                .update, "keys/:name/set-certificate", "set-certificate-for-key",
                "Set the certificate of a key, and those of its issuers.", ChainInput.schema, setChain),
        ]
    }

    struct RequestInput: Sendable {
        var csr = ""
        var version: Int64 = 0

        static let schema = Schema<RequestInput>(
            { RequestInput() },
            [
                Field("csr", \.csr, "PEM of a request whose subject and attributes are taken over."),
                Field("version", \.version, "Version of the key; the latest when 0 or not given."),
            ])
    }

    @Sendable private func makeRequest(_ call: Call, _ input: RequestInput) async throws -> Reply {
        let ring = try await signingRing(call)
        let version = try ring.version(input.version == 0 ? ring.key.latest : input.version)
        guard let pair = version.pair, pair.isPrivate else { throw TransitErrors.requestNoPrivate }
        var template: [UInt8]?
        if !input.csr.isEmpty {
            guard let pem = PEM.blocks(in: input.csr)?.first else { throw TransitErrors.requestNotPEM }
            template = pem.der
        }
        let request = try await slowWork.run { [template] in
            do {
                return try CertificateRequest.make(pair, template: template)
            } catch is KeyError {
                throw TransitErrors.requestUnreadable
            }
        }
        var object = JSONObject()
        object.append("csr", .string(PEM("CERTIFICATE REQUEST", request).text))
        object.append("name", .string(ring.key.name))
        object.append("type", .string(ring.type.rawValue))
        return .data(object)
    }

    struct ChainInput: Sendable {
        var chain = ""
        var version: Int64 = 0

        static let schema = Schema<ChainInput>(
            { ChainInput() },
            [
                Field("certificate_chain", \.chain, "PEM of the certificates, the key's own first.").required,
                Field("version", \.version, "Version of the key; the latest when 0 or not given."),
            ])
    }

    @Sendable private func setChain(_ call: Call, _ input: ChainInput) async throws -> Reply {
        let ring = try await signingRing(call)
        let chain = try Self.chain(input.chain)
        try await keys.change(ring.key.name, in: call.storage) { key, transaction in
            guard let found = key else { throw TransitErrors.certificateKey(named: ring.key.name) }
            let number = input.version == 0 ? found.latest : input.version
            guard found.usable.contains(number) else { throw TransitErrors.noSuchVersion }
            guard var version = try await transaction.versions(number...number, of: found)[number] else {
                throw TransitErrors.noSuchVersion
            }
            try Self.check(chain, against: version)
            version.certificates = chain.map(\.der)
            try transaction.put(version, number, of: found)
        }
        return .empty
    }

    private static func chain(_ text: String) throws(EngineError) -> [Certificate] {
        guard let blocks = PEM.blocks(in: text) else { throw TransitErrors.chainNotPEM }
        let certificates = blocks.filter { $0.label == "CERTIFICATE" }
        if certificates.isEmpty { throw TransitErrors.chainEmpty }
        var chain: [Certificate] = []
        for block in certificates {
            guard let certificate = try? Certificate(block.der) else { throw TransitErrors.chainUnreadable }
            chain.append(certificate)
        }
        return chain
    }

    /// One leaf, which is the key's own, and authorities behind it.
    private static func check(_ chain: [Certificate], against version: KeyVersion) throws(EngineError) {
        if chain[0].isAuthority {
            throw TransitErrors.chainRefused("certificate in the first element is not a valid leaf certificate")
        }
        guard chain.dropFirst().allSatisfy(\.isAuthority) else {
            throw TransitErrors.chainRefused(
                "could not validate if there is only one leaf certificate in the provided chain")
        }
        guard let pair = version.pair, pair.kind == chain[0].publicKey.kind else {
            throw TransitErrors.chainRefused(
                "provided leaf certificate public key algorithm does not match the transit key type")
        }
        guard pair.hasPublicKey(of: chain[0].publicKey) else {
            throw TransitErrors.chainRefused("leaf certificate public key does not match the selected key version")
        }
    }

    private func signingRing(_ call: Call) async throws -> KeyRing {
        let ring = try await keys.ring(call, or: TransitErrors.certificateKey(named: call.capture("name")))
        guard ring.type.supportsSigning else { throw TransitErrors.certificateNeedsSigning(ring.type) }
        if ring.key.isDerived { throw TransitErrors.noDerivedCertificates }
        try ring.requireUse()
        return ring
    }
}
