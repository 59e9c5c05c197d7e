internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// `oidc/config`: under which address this server issues tokens.
struct Issuer: Sendable {
    let core: Core
    let namespacePath: String

    struct Configuration: Sendable {
        var issuer = ""

        static let schema = Schema<Configuration>(
            { Configuration() },
            [Field("issuer", \.issuer, "Scheme, host and port that tokens name; the API address when empty.")])
    }

    private static let key: StorageKey = "oidc/config"

    func configuration(in storage: StorageView) async throws -> Configuration {
        guard let bytes = try await storage.get(Self.key) else { return Configuration() }
        return try Configuration.schema.decode(try JSON.parseObject(bytes, limits: .trusted))
    }

    /// What `iss` says in identity tokens.
    func address(in storage: StorageView) async throws -> String {
        let configured = try await configuration(in: storage).issuer
        return (configured.isEmpty ? core.controls.apiAddress.value : configured)
            + "/v1/\(namespacePath)identity/oidc"
    }

    /// Scheme, host and port, and nothing else.
    static func check(_ text: String) throws(EngineError) {
        let rest: Substring
        if text.hasPrefix("https://") {
            rest = text.dropFirst(8)
        } else if text.hasPrefix("http://") {
            rest = text.dropFirst(7)
        } else {
            throw OIDCTexts.badIssuer
        }
        let isPlain = rest.utf8.allSatisfy { byte in
            (0x21...0x7e).contains(byte) && !Array("/?#@\\\"<>".utf8).contains(byte)
        }
        guard !rest.isEmpty, isPlain else { throw OIDCTexts.badIssuer }
    }

    var paths: [Path] {
        [
            Path(
                "oidc/config", "Under which address tokens are issued.",
                [
                    Verb(.read, "oidc-read-configuration", "Read the issuer.") { call in
                        .data(["issuer": .string(try await configuration(in: call.storage).issuer)])
                    },
                    Verb(.update, "oidc-configure", "Set the issuer.", Configuration.schema) { call, input in
                        if !input.issuer.isEmpty { try Self.check(input.issuer) }
                        try await call.storage.put(
                            Self.key, JSON.object(Configuration.schema.encode(input)).serialized())
                        return input.issuer.isEmpty ? .empty : Reply.empty.warning(OIDCTexts.issuerWarning)
                    },
                ])
        ]
    }
}
