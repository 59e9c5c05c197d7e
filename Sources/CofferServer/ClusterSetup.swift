internal import CofferBase
internal import CofferConfig
internal import CofferCore
internal import CofferHTTP
internal import CofferStorage
internal import CofferSystem

/// A node's part in a cluster, from its configuration.
enum ClusterSetup {
    /// Far longer than any term.
    private static let certificateLifetime: Duration = .seconds(10 * 365 * 86_400)

    /// Nil: the storage is this server's alone.
    static func cluster(_ configuration: ServerConfiguration, _ storage: any Storage) throws -> Cluster? {
        guard let settings = configuration.storage, settings.isShared, !configuration.isRecovery,
            let election = storage as? any Election
        else { return nil }
        var cluster = ClusterSettings(id: try RandomSource.system.uuid()) {
            let made = try DevCertificates(
                names: [], now: SystemClock().now, random: .system, lifetime: certificateLifetime)
            var key = Array(made.key.utf8)
            defer { zero(&key) }
            return ClusterCertificate(
                authority: made.authority, certificate: made.certificate, key: SecretBytes(copying: key))
        }
        cluster.hostname = HostName.own
        if configuration.readsOnStandbys { cluster.feed = storage as? any ChangeFeed }
        if !settings.versionFile.isEmpty { cluster.note = StorageNote(path: settings.versionFile) }
        return Cluster(cluster, election: election)
    }

    /// Where the cluster port listens: as the first listener says, or one port above it.
    static func address(_ configuration: ServerConfiguration) throws -> ListenerConfiguration.Address? {
        let listener = configuration.listeners.first { if case .tcp = $0.address { true } else { false } }
        guard let listener, case .tcp(let host, let port) = listener.address else { return nil }
        if listener.clusterAddress.isEmpty { return .tcp(host: host, port: port + 1) }
        guard let address = ClusterAddress(listener.clusterAddress) else {
            throw ConfigurationError("cluster_address of a listener must be HOST:PORT")
        }
        return .tcp(host: address.host, port: address.port)
    }
}
