internal import CofferBarrier
internal import CofferBase
internal import CofferConfig
internal import CofferCore
internal import CofferJSON
internal import Glibc
internal import Logging

/// Makes an empty storage a server as the configuration describes it, once.
///
/// The keys are on the disk before the one commit that initialises. That commit also notes that requests are
/// to be made; they are made whenever the server is open and the note is there, so that a crash between them
/// leaves the rest for the next time.
struct SelfInitialization: Sendable {
    let settings: InitializeSettings
    let core: Core
    let log: Logger
    let environment: [String: String]

    /// Before the server listens.
    func begin() async throws {
        let requests = InitialRequests(settings: settings, core: core, log: log, environment: environment)
        core.controls.afterOpening.replace(with: ServerControls.Afterwards { await requests.run() })
        if settings.requests.isEmpty && settings.keys == nil { return }
        if try await core.isInitialized() { return }
        guard let keys = settings.keys else {
            if core.automaticSeals != nil { return try await beginWithoutKeys() }
            throw ConfigurationError(
                "the server cannot initialize itself: add keys { folder = \"…\" } to an initialize stanza, where its "
                    + "unseal keys shall be written")
        }
        let plan = try plan(keys)
        let made = try await core.initialize(plan) { made in
            let path = try KeyFile.write(
                made, in: keys.folder, withRootToken: keys.keepsRootToken, at: core.clock.now)
            log.info("unseal keys written", metadata: ["file": .string(path)])
        }
        log.info("the server has initialized itself")
        if made.isRecovery { return await core.openBySealIfPossible() }
        for share in made.shares.prefix(keys.threshold) { try await core.unseal(with: share) }
    }

    /// A seal opens the server, and whoever needs a root token lets the requests make what replaces it.
    private func beginWithoutKeys() async throws {
        var plan = InitializationPlan(SealConfiguration(shares: 0, threshold: 0))
        plan.makesRootToken = false
        plan.notesRequests = !settings.requests.isEmpty
        _ = try await core.initialize(plan)
        log.info("the server has initialized itself, without a recovery key")
        await core.openBySealIfPossible()
    }

    private func plan(_ keys: InitializeSettings.Keys) throws(ConfigurationError) -> InitializationPlan {
        var seal = SealConfiguration(shares: keys.shares, threshold: keys.threshold)
        for file in keys.pgpKeyFiles { seal.pgpKeys.append(try Self.key(file)) }
        var plan = InitializationPlan(seal)
        if !keys.rootTokenPGPKeyFile.isEmpty { plan.rootTokenPGPKey = try Self.key(keys.rootTokenPGPKeyFile) }
        plan.makesRootToken = keys.keepsRootToken
        plan.notesRequests = !settings.requests.isEmpty
        return plan
    }

    /// Base64 of whatever form the file has.
    private static func key(_ path: String) throws(ConfigurationError) -> String {
        let bytes = try ConfigurationFiles.contents(of: path)
        guard let text = String(validating: bytes, as: UTF8.self) else { return Base64.standard.encode(bytes) }
        return text
    }
}
