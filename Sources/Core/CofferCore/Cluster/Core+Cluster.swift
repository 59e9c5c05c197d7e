internal import CofferBarrier
internal import CofferBase
internal import CofferFramework
internal import CofferStorage
internal import Logging

extension Core {
    /// Sealed: false. A standby is open: it has the root key.
    package var isOpen: Bool {
        if case .sealed = state { return false }
        return true
    }

    /// False of a node that serves and may have been deposed, as after it was paused: it answers nothing either.
    package var certainlyLeads: Bool { services?.term?.isProvable ?? true }

    package var standby: Standby? {
        if case .standby(let standby) = state { standby } else { nil }
    }

    /// Of an open node, whether it serves or follows.
    package var clusterIdentity: ClusterIdentity? { services?.cluster ?? standby?.cluster }

    /// The key was accepted: the node follows, and leads when nobody else does.
    func join(_ cluster: Cluster, _ rootKey: SecretBytes) async throws {
        let info = try await barrier.read(ClusterIdentity.path, with: rootKey)
        let standby = Standby(rootKey: rootKey, cluster: info.flatMap { ClusterIdentity(encoded: $0) })
        enter(.standby(standby))
        log.info("vault is unsealed")
        log.info("entering standby mode")
        await cluster.join(self, standby)
    }

    /// From a standby to the node that serves.
    func lead(_ term: Term, _ standby: Standby) async throws {
        do throws(BarrierError) {
            try await barrier.unseal(rootKey: standby.rootKey, under: term.epoch)
        } catch .wrongKey {
            // Another leader has changed the root key meanwhile.
            guard let rootKey = try await barrier.currentRootKey() else { throw BarrierError.wrongKey }
            standby.rootKey = rootKey
            try await barrier.unseal(rootKey: rootKey, under: term.epoch)
        }
        try await activate(under: term)
    }

    /// Tells the other nodes where this one is, and lets them in.
    func publish(_ term: Term, _ cluster: Cluster) async throws {
        let node = ActiveNode(
            epoch: term.epoch, id: cluster.settings.id, apiAddress: controls.apiAddress.value,
            clusterAddress: cluster.transport.value == nil ? "" : controls.clusterURL, activeSince: clock.now,
            certificate: try cluster.settings.makeCertificate())
        var encoded = node.encoded()
        defer { zero(&encoded) }
        try await StorageView(barrier, prefix: "").put(ActiveNode.path, encoded)
        try await ensureClusterKey()
        let known = try await KnownNodes.load(from: barrier).filter { seen in
            seen.node.id != cluster.settings.id
                && (node.apiAddress.isEmpty || seen.node.apiAddress != node.apiAddress)
        }
        cluster.nodes.remember(known, at: clock.now)
        try cluster.transport.value?.serve(node.certificate)
        activeNode.replace(with: node)
    }

    /// What the leader tells about itself; nil when it has not yet, or cannot be read.
    func readLeader(_ standby: Standby) async -> ActiveNode? {
        await refreshKeys(standby)
        do throws(BarrierError) {
            return try await barrier.read(ActiveNode.path, with: standby.rootKey).flatMap { ActiveNode(encoded: $0) }
        } catch {
            log.warning("the active node cannot be read", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Keeps a standby able to take over: a changed root key can be read only by who knows the terms before.
    func refreshKeys(_ standby: Standby) async {
        do throws(BarrierError) {
            try await barrier.refreshKeyring(with: standby.rootKey)
        } catch .wrongKey {
            if let rootKey = try? await barrier.currentRootKey() { standby.rootKey = rootKey }
        } catch {
            log.debug("the keyring cannot be read", metadata: ["error": "\(error)"])
        }
    }

    /// From the node that serves to a standby: nobody reaches the services any more, which are to be ended.
    func follow(_ standby: Standby) -> Services? {
        let services = services
        // Changed by a rekey while it led: with the former one it could not take over again.
        if let rootKey = barrier.rootKey { standby.rootKey = rootKey }
        enter(.standby(standby))
        try? cluster?.transport.value?.serve(nil)
        activeNode.replace(with: nil)
        log.info("entering standby mode")
        return services
    }

    /// After a failure to lead: with another root key in the storage, as after a snapshot of other keys was
    /// restored, only an operator can open this node.
    func recover(_ standby: Standby, from error: any Error) async {
        barrier.seal()
        guard let error = error as? BarrierError, error == .wrongKey || error == .notInitialized else { return }
        log.error("the storage has another root key than this node; it seals itself")
        enter(.sealed)
        cluster?.abandon()
    }

    /// What a standby does with a request; nil: it answers itself.
    package func forwarding(of incoming: IncomingRequest) -> Forwarding? {
        guard let standby else { return nil }
        let path = incoming.path.text
        if path.hasPrefix("sys/storage/raft/snapshot") { return Forwarding(standby: standby, redirects: true) }
        if path.hasPrefix("sys/"), core(localPath: path) { return nil }
        let refuses = incoming.header("x-vault-no-request-forwarding").map { !$0.isEmpty } ?? false
        return Forwarding(standby: standby, redirects: refuses)
    }

    private func core(localPath path: String) -> Bool {
        system.path(matching: String(path.dropFirst(4)))?.traits.isLocalOnly ?? false
    }
}

/// A request that is not for this node.
package struct Forwarding: Sendable {
    package let standby: Standby
    /// The client is sent to the leader; otherwise its request is.
    package let redirects: Bool
}
