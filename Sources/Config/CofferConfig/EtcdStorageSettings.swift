/// `storage "etcd"`: which servers, as whom, and under which path.
package struct EtcdStorageSettings: Sendable, Equatable {
    package var addresses = ["http://127.0.0.1:2379"]
    package var path = "/coffer/"
    package var username = ""
    package var password = ""
    package var authorityFile = ""
    package var certificateFile = ""
    package var keyFile = ""
    package var serverName = ""
    /// For one request, with everything that is tried.
    package var requestTimeout: Duration = .seconds(5)
    /// Uses the servers' own list of members too.
    package var synchronizes = true
    package var isShared = false
    /// Where the node keeps what it has seen of the storage; empty for nowhere.
    package var versionFile = ""

    package init() {}

    /// Whether `ha_storage` names the etcd of `storage`.
    func isSameCluster(as other: EtcdStorageSettings) -> Bool {
        path == other.path && Set(addresses) == Set(other.addresses)
    }

    /// What the environment says wins.
    mutating func apply(_ environment: [String: String]) {
        if let addresses = environment["ETCD_ADDR"], !addresses.isEmpty { self.addresses = Self.list(addresses) }
        if let name = environment["ETCD_USERNAME"], !name.isEmpty { username = name }
        if let word = environment["ETCD_PASSWORD"], !word.isEmpty { password = word }
    }

    static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }
}
