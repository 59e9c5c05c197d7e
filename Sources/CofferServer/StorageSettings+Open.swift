internal import Catalog
internal import CofferConfig
internal import CofferStorage
internal import Glibc

extension StorageSettings {
    /// Opens the storage, and prints what is to be known about its state.
    func open() async throws -> any Storage {
        let (storage, warning) = try await Catalogue.open(catalogueKind, maximumEntrySize: maximumEntrySize)
        if let warning { Console.complain("WARNING! \(warning)") }
        return storage
    }

    var catalogueKind: Catalogue.StorageKind { catalogueKind() }

    /// - Parameter readsOnStandbys: each commit says what it changed.
    func catalogueKind(readsOnStandbys: Bool = false) -> Catalogue.StorageKind {
        switch kind {
        case .memory: .memory
        case .sqlite(let folder): .sqlite(folder: folder)
        case .postgresql(let settings): .postgresql(settings.place(keepsChanges: readsOnStandbys && settings.isShared))
        case .etcd(let settings): .etcd(settings.place(keepsChanges: readsOnStandbys && settings.isShared))
        }
    }

    /// Opening makes what is missing, which is not wanted of something that is only read.
    func requireExistence() throws(ConfigurationError) {
        guard case .sqlite(let folder) = kind else { return }
        var status = stat()
        guard stat(folder + "/coffer.db", &status) == 0 else {
            throw ConfigurationError("\(folder): there is no storage here")
        }
    }
}

extension PostgresStorageSettings {
    fileprivate func place(keepsChanges: Bool) -> Catalogue.PostgresPlace {
        var place = Catalogue.PostgresPlace(connectionURL: connectionURL, table: table, leaderTable: leaderTable)
        place.parallelReads = parallelReads
        place.connectRetries = connectRetries
        place.createsTables = createsTables
        place.acceptsUnsafeServer = acceptsUnsafeServer
        place.keepsChanges = keepsChanges
        return place
    }
}

extension EtcdStorageSettings {
    fileprivate func place(keepsChanges: Bool) -> Catalogue.EtcdPlace {
        var place = Catalogue.EtcdPlace(addresses: addresses, path: path)
        (place.username, place.password) = (username, password)
        (place.authorityFile, place.certificateFile, place.keyFile) = (authorityFile, certificateFile, keyFile)
        (place.serverName, place.requestTimeout, place.synchronizes) = (serverName, requestTimeout, synchronizes)
        place.keepsChanges = keepsChanges
        return place
    }
}
