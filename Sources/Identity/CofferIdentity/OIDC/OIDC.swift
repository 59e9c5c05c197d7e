internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage
internal import IdentityService
internal import Synchronization

/// `oidc/`: tokens that tell others who somebody is. What its families of paths share.
final class OIDC: Sendable {
    private struct ClientIndex {
        var generation: UInt64 = 0
        /// Client id → name; nil until it is needed.
        var names: [String: String]?
    }

    let core: Core
    /// Of its namespace; part of what it calls itself.
    let namespacePath: String
    let keys: NamedKeys
    /// Codes that were handed out, lost at a restart as logins in flight are.
    let codes: Tickets<CodeGrant>
    private let clientIndex = Mutex(ClientIndex())

    init(core: Core, context: EngineContext) {
        self.core = core
        namespacePath = context.namespace.path
        keys = NamedKeys(context: context)
        codes = Tickets(clock: context.clock)
    }

    var issuer: Issuer { Issuer(core: core, namespacePath: namespacePath) }
    var roles: RecordFamily<IdentityTokenRole> { IdentityTokenRole.family(keys) }
    var assignments: RecordFamily<Assignment> { Assignment.family(self) }
    var scopes: RecordFamily<Scope> { Scope.family(self) }
    var clients: RecordFamily<Client> { Client.family(self) }
    var providers: RecordFamily<Provider> { Provider.family(self) }

    /// Anyone may ask; the answer is JSON without an envelope.
    static let openTraits = PathTraits.traits {
        $0.unauthenticated = [.read]
        $0.isNeverWrapped = true
    }

    var paths: [Path] {
        issuer.paths + SigningKeyPaths(oidc: self).paths + roles.paths + IdentityTokenPaths(oidc: self).paths
            + assignments.paths + scopes.paths + clients.paths + providers.paths
            + DiscoveryPaths(oidc: self).paths + AuthorizePaths(oidc: self).paths
            + TokenEndpoint(oidc: self).paths + UserInfo(oidc: self).paths
    }

    /// The longest life of a token that the key signs for a role or a client.
    func longestTTL(withKey name: String, in storage: StorageView) async throws -> Duration {
        let roles = try await roles.all(in: storage).filter { $0.record.key == name }.map(\.record.ttl)
        let clients = try await clients.all(in: storage).filter { $0.record.key == name }.map(\.record.idTokenTTL)
        return (roles + clients).max() ?? .zero
    }

    // MARK: clients by id

    /// The client that was given this id. Unknown ids cost no look into storage.
    func client(id: String, in storage: StorageView) async throws -> Client? {
        guard let name = try await clientNames(in: storage)[id],
            let client = try await clients.load(name, from: storage), sameBytes(client.clientID, id)
        else { return nil }
        return client
    }

    private func clientNames(in storage: StorageView) async throws -> [String: String] {
        let (known, generation) = clientIndex.withLock { ($0.names, $0.generation) }
        if let known { return known }
        var names: [String: String] = [:]
        for (name, client) in try await clients.all(in: storage) { names[client.clientID] = name }
        let made = names
        clientIndex.withLock { if $0.generation == generation { $0.names = made } }
        return made
    }

    func forgetClients() {
        clientIndex.withLock { index in
            index.generation += 1
            index.names = nil
        }
        keys.forgetPublished()
    }

    // MARK: who may use a client

    /// Whether one of the client's assignments names the entity or a group that it is in.
    func isAssigned(_ identity: CallerIdentity, to client: Client, in storage: StorageView) async throws -> Bool {
        let groups = Set(identity.directGroupIDs + identity.inheritedGroupIDs)
        for name in client.assignments {
            guard let assignment = try await assignments.load(name, from: storage) else { continue }
            if assignment.entityIDs.contains("*") || assignment.groupIDs.contains("*") { return true }
            if assignment.entityIDs.contains(identity.view.entityID) { return true }
            if assignment.groupIDs.contains(where: groups.contains) { return true }
        }
        return false
    }
}
