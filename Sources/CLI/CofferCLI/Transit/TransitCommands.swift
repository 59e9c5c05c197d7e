internal import CofferBase
internal import CofferClient
internal import CofferCrypto
internal import CofferJSON
internal import GoFlags

/// The commands for the transit engine: they wrap a key before it leaves this machine.
enum TransitCommands {
    static let all = [family, newKey, newVersion]

    private static let family = Command.family(
        "transit", "Interact with Vault's Transit Secrets Engine",
        about: """
            Brings keys into a transit engine. They are encrypted here for the engine's
            wrapping key, and are never sent in clear.

                $ {name} transit import transit/keys/app @key.b64 type=aes256-gcm96
                $ {name} transit import-version transit/keys/app @key.b64
            """)

    private static let newKey = command(
        "transit import", "Import a key into the Transit secrets engine.", operation: "import",
        about: """
            Imports key material into a new key. KEY is base64: the bytes of a secret
            key, or the DER of a private key in PKCS #8. "@FILE" reads it from a file.
            Settings of the key, such as its type, follow as for "{name} write".

                $ {name} transit import transit/keys/app @key.b64 type=rsa-2048

            Where a machine knows CKM_RSA_AES_KEY_WRAP of PKCS #11, such as an HSM, use
            that rather than this command.
            """)

    private static let newVersion = command(
        "transit import-version", "Import a new version of a key into the Transit secrets engine.",
        operation: "import_version",
        about: """
            Imports key material into a new version of an imported key. KEY is given as
            for "{name} transit import".

                $ {name} transit import-version transit/keys/app @key.b64
            """)

    /// - Parameter operation: the last part of the API's path.
    private static func command(
        _ name: String, _ synopsis: String, operation: String, about: String
    ) -> Command {
        Command(
            name: name, synopsis: synopsis, arguments: "[options] PATH KEY [K=V...]", about: about, count: .atLeast(2),
            run: { call in
                let target = try Target(call.arguments[0])
                let secret = try material(call.arguments[1])
                let client = try call.client()
                call.say("Retrieving wrapping key.")
                let wrappingKey = try await wrappingKey(of: target.mount, client)
                call.say("Wrapping source key with ephemeral key.")
                call.say("Encrypting ephemeral key with wrapping key.")
                let wrapped = try KeyTransport.wrap(secret, for: wrappingKey, .sha256, random: .system)
                var data = try call.data(after: 2, failure: "Failed to parse extra K=V data").values
                data["ciphertext"] = .string(Base64.standard.encode(wrapped))
                call.say("Submitting wrapped key.")
                let path = "\(target.mount)/keys/\(target.key)/\(operation)"
                _ = try await explaining("failed to call import", status: 3) { [data] () async throws(ClientError) in
                    try await client.write(path, .object(data))
                }
                call.say("Success!")
                return 0
            })
    }

    /// `transit/keys/app`: a mount and the name of a key.
    private struct Target {
        let mount: String
        let key: String

        init(_ path: String) throws(CommandFailure) {
            let parts = APIPath.plain(path).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count >= 3, let key = parts.last, !key.isEmpty, parts[parts.count - 2] == "keys" else {
                throw .local("expected transit path and key name in the form :path:/keys/:name:")
            }
            mount = parts.dropLast(2).joined(separator: "/")
            self.key = key
        }
    }

    private static func material(_ argument: String) throws(CommandFailure) -> SecretBytes {
        var text = Array(argument.utf8)
        if argument.hasPrefix("@") {
            do {
                text = try LocalFile.read(String(argument.dropFirst()))
            } catch {
                throw .local("error reading key material file: \(error)")
            }
        }
        defer { zero(&text) }
        let letters = text.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard var bytes = Base64.standard.decode(String(decoding: letters, as: UTF8.self)), !bytes.isEmpty else {
            throw .local("error base64 decoding source key material")
        }
        defer { zero(&bytes) }
        return SecretBytes(copying: bytes)
    }

    private static func wrappingKey(of mount: String, _ client: Client) async throws -> AsymmetricKey {
        let path = "\(mount)/wrapping_key"
        let secret = try await explaining("failed to fetch wrapping key", status: 3) { () async throws(ClientError) in
            try await client.read(path, query: [])
        }
        guard let secret else { throw CommandFailure(message: "no mount found at \(mount)", status: 3) }
        let text = secret.data?["public_key"]?.stringValue ?? ""
        guard let pem = PEM.blocks(in: text)?.first, let key = try? AsymmetricKey(publicKey: pem.der) else {
            throw CommandFailure(message: "failed to fetch wrapping key: it cannot be read", status: 3)
        }
        return key
    }
}
