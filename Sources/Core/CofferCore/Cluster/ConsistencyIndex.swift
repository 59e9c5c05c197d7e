internal import CofferBarrier
internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferStorage

/// What a client is told of the state that its answer came from, and shows with a later request that must not see
/// an older one: `X-Vault-Index`.
struct ConsistencyIndex: Sendable, Equatable {
    let epoch: UInt64
    let version: UInt64

    static let missing = EngineError(.conflict, ["required index state not present"])

    /// The text that clients keep: opaque to them, and of this cluster only.
    func text(_ key: SecretBytes) -> String {
        let said = "v1:\(epoch):\(version)"
        return Base64.standard.encode(Array((said + ":" + Hex.encode(Self.proof(said, key))).utf8))
    }

    /// Nil when the text is not of this cluster.
    init?(_ text: some StringProtocol, _ key: SecretBytes) {
        guard let bytes = Base64.standard.decode(String(text)) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "v1", let epoch = UInt64(parts[1]), let version = UInt64(parts[2]),
            let proof = Hex.decode(String(parts[3])),
            constantTimeEqual(proof, Self.proof("v1:\(epoch):\(version)", key))
        else { return nil }
        self.init(epoch: epoch, version: version)
    }

    init(epoch: UInt64, version: UInt64) {
        self.epoch = epoch
        self.version = version
    }

    private static func proof(_ said: String, _ key: SecretBytes) -> [UInt8] {
        var bytes = key.copyBytes()
        defer { zero(&bytes) }
        return HMACSHA256(key: bytes).authenticate(Array(("index:" + said).utf8))
    }
}

extension Core {
    /// Drawn by the first leader and kept behind the barrier: what the nodes of one cluster prove things with.
    static let clusterKeyPath: StorageKey = "core/cluster/proof-key"

    /// At a leader, which draws it when there is none.
    func ensureClusterKey() async throws {
        let stored = try await StorageView(barrier, prefix: "").transaction { transaction in
            if let stored = try await transaction.get(Self.clusterKeyPath) { return stored }
            let drawn = try random.bytes(32)
            transaction.put(Self.clusterKeyPath, drawn)
            return drawn
        }
        clusterKey.replace(with: SecretBytes(copying: stored))
    }

    /// At a node that only reads.
    func loadClusterKey(_ barrier: Barrier) async throws {
        let stored = try await StorageView(barrier, prefix: "").get(Self.clusterKeyPath)
        if let stored { clusterKey.replace(with: SecretBytes(copying: stored)) }
    }

    /// Nil before a leader has drawn the key.
    func index(of moment: StorageMoment) -> Reply.Header? {
        clusterKey.value.map { key in
            Reply.Header(
                "X-Vault-Index", ConsistencyIndex(epoch: moment.epoch.value, version: moment.version).text(key))
        }
    }

    /// Whether every index that a client shows is of a state that this moment includes.
    func reaches(_ indexes: String, _ moment: StorageMoment) -> Bool {
        guard let key = clusterKey.value else { return false }
        return indexes.split(separator: ",").allSatisfy { text in
            guard let index = ConsistencyIndex(text.filter { $0 != " " }, key) else { return false }
            return index.version <= moment.version && index.epoch <= moment.epoch.value
        }
    }

    /// What a leader that offers reads on standbys says of its own state; nil otherwise.
    func ownMoment(_ gate: Gate) -> StorageMoment? {
        guard let cluster, cluster.settings.feed != nil, let term = gate.services?.term, let mark = cluster.mark else {
            return nil
        }
        return StorageMoment(epoch: term.epoch, version: mark.version)
    }
}
