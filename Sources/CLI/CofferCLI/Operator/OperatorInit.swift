internal import CofferBase
internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension OperatorCommands {
    static let initialize = Command(
        name: "operator init", synopsis: "Initializes a server", arguments: "[options]",
        about: """
            Prepares the storage of a new server: makes its keys, splits the one that
            protects them into shares, and makes the first root token. All of them are
            printed once and never again.

                $ {name} operator init
                $ {name} operator init -key-shares=3 -key-threshold=2
            """,
        output: [.format], groups: [FlagGroup("Common Options", shares), FlagGroup("Auto Unseal Options", recovery)],
        count: .exactly(0),
        run: { call in
            let client = try call.client()
            if call.flags.bool("status") { return try await showInitialized(call, client) }
            let seal = try await explaining("") { () async throws(ClientError) in
                try await client.call(APIRequest(.get, "sys/seal-status").asPreparation()).object()
            }
            let request = try InitRequest(call, hasRecoverySeal: seal?["recovery_seal"]?.boolValue == true)
            let answer = try await explaining("Error initializing") { () async throws(ClientError) in
                try await client.call(APIRequest(.put, "sys/init", body: request.body)).object()
            }
            let result = InitResult(request: request, answer: answer ?? [:])
            if call.format != .table { return try call.show(result.json) }
            call.say(result.text)
            return 0
        })

    private static let shares = [
        Flag("status", .bool, "Only tell whether the server is initialized: exit status 0, 2 if not, 1 on error."),
        Flag("key-shares", .int, aliases: ["n"], "How many unseal keys to make (5)."),
        Flag("key-threshold", .int, aliases: ["t"], "How many of them are needed to unseal (3)."),
        Flag("pgp-keys", "Files with PGP keys, separated by commas, one for each unseal key to encrypt."),
        Flag("root-token-pgp-key", "File with the PGP key that encrypts the root token."),
        Flag("stored-shares", .int, default: "-1", isHidden: true, "No effect."),
    ]

    private static let recovery = [
        Flag("recovery-shares", .int, "How many recovery keys to make (5), where the server unseals itself."),
        Flag("recovery-threshold", .int, "How many of them are needed (3)."),
        Flag("recovery-pgp-keys", "As -pgp-keys, for the recovery keys."),
    ]

    private static func showInitialized(_ call: Invocation, _ client: Client) async throws -> Int32 {
        let answer = try await explaining("Error checking init status", status: 1) { () async throws(ClientError) in
            try await client.call(APIRequest(.get, "sys/init")).object()
        }
        let isInitialized = answer?["initialized"]?.boolValue == true
        if call.format == .table {
            call.say(isInitialized ? "Vault is initialized" : "Vault is not initialized")
        } else {
            _ = try call.show(["initialized": .bool(isInitialized)])
        }
        return isInitialized ? 0 : 2
    }
}

/// What an initialization asks for.
struct InitRequest: Sendable {
    let shares: Int
    let threshold: Int
    let recoveryShares: Int
    let recoveryThreshold: Int
    private let pgpKeys: [String]
    private let rootTokenPGPKey: String
    private let recoveryPGPKeys: [String]

    init(_ call: Invocation, hasRecoverySeal: Bool) throws {
        func number(_ name: String, _ applies: Bool, _ standard: Int) -> Int {
            let number = call.flags.int(name)
            return number == 0 && applies ? standard : number
        }
        shares = number("key-shares", !hasRecoverySeal, 5)
        threshold = number("key-threshold", !hasRecoverySeal, 3)
        recoveryShares = number("recovery-shares", hasRecoverySeal, 5)
        recoveryThreshold = number("recovery-threshold", hasRecoverySeal, 3)
        pgpKeys = try Self.keys(call.flags.string("pgp-keys"))
        rootTokenPGPKey = try Self.keys(call.flags.string("root-token-pgp-key")).first ?? ""
        recoveryPGPKeys = try Self.keys(call.flags.string("recovery-pgp-keys"))
    }

    var body: JSON {
        [
            "secret_shares": .int(shares), "secret_threshold": .int(threshold), "stored_shares": 0,
            "pgp_keys": pgpKeys.isEmpty ? .null : .strings(pgpKeys), "recovery_shares": .int(recoveryShares),
            "recovery_threshold": .int(recoveryThreshold),
            "recovery_pgp_keys": recoveryPGPKeys.isEmpty ? .null : .strings(recoveryPGPKeys),
            "root_token_pgp_key": .string(rootTokenPGPKey),
        ]
    }

    /// Files with keys, binary or base64, as base64.
    static func keys(_ list: String) throws -> [String] {
        try list.split(separator: ",").map { name in
            let path = name.trimmingSpaces
            guard !path.lowercased().hasPrefix("keybase:") else {
                throw CommandFailure.local(
                    wrapText(
                        "error reading PGP key: keys are not fetched from Keybase; export the public key with \"gpg "
                            + "--export\" and give the path of the file"))
            }
            do {
                let bytes = try LocalFile.read(path.hasPrefix("@") ? String(path.dropFirst()) : path)
                let text = String(decoding: bytes, as: UTF8.self).trimmingSpaces
                return Base64.standard.decode(text) == nil ? Base64.standard.encode(bytes) : text
            } catch {
                throw CommandFailure.local("error reading PGP key: \(error)")
            }
        }
    }
}
