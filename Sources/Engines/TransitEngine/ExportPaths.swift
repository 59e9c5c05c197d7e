internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferJSON

/// Keys leave the server: in clear, or encrypted for another one.
struct ExportPaths: Sendable {
    let keys: KeyStore

    var paths: [Path] {
        ["", "/:version"].flatMap { tail -> [Path] in
            let suffix = tail.isEmpty ? "" : "-version"
            return [
                .transit(
                    .read, "export/:type/:name" + tail, "export-key" + suffix,
                    "Read the material of a key, where its settings allow that.", ExportInput.schema, export),
                .transit(
                    .read, "byok-export/:destination/:source" + tail, "byok-key" + suffix,
                    "Read the material of a key, encrypted for another server.",
                    description: "The destination is usually the wrapping key of the other server, imported here as a "
                        + "public key; the answer can be imported there as it is.",
                    WrapInput.schema, wrap),
            ]
        }
    }

    struct ExportInput: Sendable {
        var format = ""

        static let schema = Schema<ExportInput>(
            { ExportInput() },
            [Field("format", \.format, "raw, der or pem; what Vault answers for the type when not given.").query])
    }

    @Sendable private func export(_ call: Call, _ input: ExportInput) async throws -> Reply {
        guard let part = ExportPart(rawValue: call.capture("type")) else { throw TransitErrors.exportType }
        guard let format = ExportFormat(rawValue: input.format) else { throw TransitErrors.exportFormat }
        let ring = try await keys.ring(call, or: .notFound)
        guard ring.key.isExportable || part.isPublic else { throw TransitErrors.notExportable }
        try ring.requireUse()
        try part.requireSupport(by: ring.type)
        return try Self.reply(ring, call) { version in try ring.export(part, version, format) }
    }

    private static func reply(
        _ ring: KeyRing, _ call: Call, _ export: (KeyVersion) throws -> String
    ) throws -> Reply {
        let exported = try ring.versions(named: call.capture("version")).map { number, version in
            JSONObject.Member(key: String(number), value: .string(try export(version)))
        }
        var object = JSONObject()
        object.append("keys", .object(JSONObject(uniqueMembers: exported)))
        object.append("name", .string(ring.key.name))
        object.append("type", .string(ring.type.rawValue))
        return .data(object)
    }

    // MARK: byok-export

    struct WrapInput: Sendable {
        var hash = "SHA256"

        static let schema = Schema<WrapInput>(
            { WrapInput() },
            [Field("hash", \.hash, "Hash function of OAEP: SHA1, SHA224, SHA256, SHA384 or SHA512.").query])
    }

    @Sendable private func wrap(_ call: Call, _ input: WrapInput) async throws -> Reply {
        guard let destination = try await keys.find(call.capture("destination"), in: call.storage) else {
            throw TransitErrors.noDestination
        }
        guard let source = try await keys.find(call.capture("source"), in: call.storage) else {
            throw TransitErrors.noSource
        }
        guard source.key.isExportable else { throw TransitErrors.keyNotExportable }
        try source.requireUse()
        try destination.requireUse()
        let digest = try WrappingKey.digest(named: input.hash)
        guard destination.type.isRSA, let wrappingKey = try destination.version(destination.key.latest).pair else {
            throw TransitErrors.destinationNotRSA
        }
        let random = call.random
        return try Self.reply(source, call) { version in
            let material = try version.pair?.pkcs8() ?? version.secret
            guard let material else { throw TransitErrors.damaged }
            let wrapped = try KeyTransport.wrap(material, for: wrappingKey, digest, random: random)
            return Base64.standard.encode(wrapped)
        }
    }
}
