internal import ClientTLS
package import CofferStorage
package import EtcdClient

/// Where the entries are, and how etcd is used.
package struct EtcdOptions: Sendable {
    /// How a writer makes sure that it still leads; all but the first exist for the test that must catch them.
    package enum Fence: Sendable, Equatable {
        /// Comparisons in the transaction that writes.
        case guarded
        /// Asks first and writes afterwards: unsafe, since a pause in between lets a deposed leader write.
        /// - Parameter pause: between the two.
        case checkThenWrite(pause: Duration)
    }

    package var settings: EtcdSettings
    /// Our keys begin with it; several clusters may share one etcd under different paths.
    package var path = "/coffer/"
    /// In bytes, of one value.
    package var maxEntrySize = 1 << 20
    /// Bytes of one request. A server refuses more than 1.5 MiB unless it is told otherwise.
    package var requestSize = 1_310_720
    /// For what leadership needs; less than a term.
    package var termLimit: Duration = .seconds(2)
    /// For reading and writing, with everything that is tried.
    package var callLimit: Duration = .seconds(5)
    /// Uses the servers' own list of members too.
    package var synchronizes = false
    package var fence = Fence.guarded
    /// For tests: called before each request that writes; false drops the request, as if the process had ended there.
    package var mayWrite: @Sendable () -> Bool = { true }

    package init(_ settings: EtcdSettings) { self.settings = settings }

    /// Who we are at etcd, and whom we trust; files are PEM, and what is empty is not used.
    package struct Access: Sendable {
        package var username = ""
        package var password = ""
        package var authorityFile = ""
        package var certificateFile = ""
        package var keyFile = ""
        package var serverName = ""

        package init() {}
    }

    /// - Parameter addresses: URLs of the servers.
    package init(addresses: [String], access: Access) throws(StorageOpenError) {
        var endpoints: [EtcdEndpoint] = []
        for address in addresses {
            guard let endpoint = EtcdEndpoint(address) else {
                throw StorageOpenError(
                    "etcd: address must be http://HOST:PORT or https://HOST:PORT, or several with commas")
            }
            endpoints.append(endpoint)
        }
        var settings = EtcdSettings(endpoints: endpoints)
        (settings.username, settings.password) = (access.username, access.password)
        settings.trust.authorityFile = access.authorityFile
        settings.trust.certificateFile = access.certificateFile
        settings.trust.keyFile = access.keyFile
        settings.trust.serverName = access.serverName
        self.init(settings)
    }
}
