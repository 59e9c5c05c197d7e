internal import CofferStorage
internal import EtcdStorage

extension Catalogue {
    /// An etcd cluster and our keys in it.
    package struct EtcdPlace: Sendable {
        package var addresses: [String]
        package var path: String
        package var username = ""
        package var password = ""
        package var authorityFile = ""
        package var certificateFile = ""
        package var keyFile = ""
        package var serverName = ""
        package var requestTimeout: Duration = .seconds(5)
        package var synchronizes = true
        package var keepsChanges = false

        package init(addresses: [String], path: String) {
            self.addresses = addresses
            self.path = path
        }

        func options(maximumEntrySize: Int) throws(StorageOpenError) -> EtcdOptions {
            var access = EtcdOptions.Access()
            (access.username, access.password, access.serverName) = (username, password, serverName)
            (access.authorityFile, access.certificateFile, access.keyFile) = (authorityFile, certificateFile, keyFile)
            var options = try EtcdOptions(addresses: addresses, access: access)
            options.path = path
            options.maxEntrySize = maximumEntrySize
            options.callLimit = requestTimeout
            (options.synchronizes, options.keepsChanges) = (synchronizes, keepsChanges)
            return options
        }
    }
}
