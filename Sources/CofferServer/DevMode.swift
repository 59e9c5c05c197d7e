internal import CofferBarrier
internal import CofferBase
internal import CofferConfig
internal import CofferCore
internal import Glibc
internal import GoFlags
internal import MountService

/// `-dev`: in memory, initialised, unsealed, with `secret/` mounted and everything printed.
struct DevMode: Sendable {
    private let address: String
    private let rootToken: String
    private let storesToken: Bool
    /// `1` or `2`; nil mounts nothing.
    private let kvVersion: String?
    /// Nil without `-dev-tls`.
    private let tls: DevTLS?

    /// Nil without `-dev`; its other flags imply it, as in Vault.
    init?(_ flags: ParsedFlags) throws(ConfigurationError) {
        let implied = flags.isGiven("dev-root-token-id") || flags.isGiven("dev-listen-address")
        guard flags.bool("dev") || flags.bool("dev-tls") || implied else { return nil }
        address = flags.string("dev-listen-address")
        guard let (host, _) = HostPort.parse(address) else {
            throw ConfigurationError("-dev-listen-address must be HOST:PORT")
        }
        tls =
            flags.bool("dev-tls")
            ? try DevTLS(folder: flags.string("dev-tls-cert-dir"), names: [host] + flags.strings("dev-tls-san")) : nil
        rootToken = flags.string("dev-root-token-id")
        storesToken = !flags.bool("dev-no-store-token")
        kvVersion = flags.bool("dev-no-kv") ? nil : flags.bool("dev-kv-v1") ? "1" : "2"
        if rootToken.contains(".") && !rootToken.hasPrefix("hvs.") && !rootToken.hasPrefix("s.") {
            throw ConfigurationError("custom token ID cannot have a '.' in the value")
        }
    }

    func configuration(_ environment: [String: String]) throws(ConfigurationError) -> ServerConfiguration {
        guard let (host, port) = HostPort.parse(address) else {
            throw ConfigurationError("-dev-listen-address must be HOST:PORT")
        }
        var configuration = ServerConfiguration()
        configuration.storage = StorageSettings(kind: .memory)
        var listener = ListenerSettings(address: .tcp(host: host, port: port))
        listener.tls = tls?.settings
        configuration.listeners = [listener]
        if let address = environment["VAULT_API_ADDR"] { configuration.apiAddress = address }
        return configuration
    }

    func prepare(_ server: RunningServer, _ environment: [String: String]) async throws {
        let made = try await server.core.initialize(
            InitializationPlan(
                SealConfiguration(shares: 1, threshold: 1), rootTokenID: rootToken.isEmpty ? nil : rootToken))
        for share in made.shares { try await server.core.unseal(with: share) }
        try await mountSecrets(server.core)
        if storesToken, let home = environment["HOME"] { Self.store(made.rootToken, in: home) }
        let unsealKeys = made.shares.map { Base64.standard.encode($0.copyBytes()) }
        Console.write(text(server.addresses.first ?? "", unsealKeys, made.rootToken))
    }

    /// Removes what was made for this run only.
    func cleanUp() { tls?.removeTemporaryFiles() }

    private func mountSecrets(_ core: Core) async throws {
        guard let kvVersion, let services = core.services else { return }
        var entry = MountEntry()
        entry.path = "secret/"
        entry.type = "kv"
        entry.description = "key/value secret storage"
        entry.options = ["version": kvVersion]
        _ = try await services.mounts.enable(entry)
    }

    /// Where the CLI's token helper looks.
    private static func store(_ token: String, in home: String) {
        let descriptor = open("\(home)/.vault-token", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            return Console.complain("the root token could not be stored in \(home)/.vault-token")
        }
        fchmod(descriptor, 0o600)
        Console.write(token, to: descriptor)
        close(descriptor)
    }

    private func text(_ address: String, _ unsealKeys: [String], _ rootToken: String) -> String {
        let authority = tls.map { "\n    $ export VAULT_CACERT='\($0.authorityFile)'" } ?? ""
        return """
            WARNING! dev mode is enabled! In this mode, Vault runs entirely in-memory
            and starts unsealed with a single unseal key. The root token is already
            authenticated to the CLI, so you can immediately begin using Vault.

            You may need to set the following environment variables:

                $ export VAULT_ADDR='\(address)'\(authority)

            The unseal key and root token are displayed below in case you want to
            seal/unseal the Vault or re-authenticate.

            \(unsealKeys.map { "Unseal Key: \($0)" }.joined(separator: "\n"))
            Root Token: \(rootToken)

            Development mode should NOT be used in production installations!

            """
    }
}
