internal import AWSKMSSeal
internal import AppRoleAuth
package import CofferFramework
package import CofferStorage
internal import CubbyholeEngine
internal import DatabaseEngine
internal import EtcdStorage
internal import FileAudit
internal import HTTPAudit
internal import KVEngine
internal import MariaDBDatabase
internal import MemoryStorage
internal import PKCS11Seal
internal import PostgresDatabase
internal import PostgresStorage
internal import RedisDatabase
internal import SQLiteStorage
internal import SocketAudit
internal import StaticSeal
internal import SyslogAudit
internal import TOTPEngine
internal import TransitEngine
internal import TransitSeal
internal import UserpassAuth

/// The one place that names every implementation. To add one is to add a line here.
package enum Catalogue {
    package static let engines: [EngineKind] = [
        KV.kind, KV.genericKind, Cubbyhole.kind, TOTP.kind, Transit.kind, Database.kind(databases),
        Userpass.kind, AppRole.kind,
    ]

    package static let databases: [DatabaseKind] = [Postgres.kind, MariaDB.kind, Redis.kind]

    package static let auditDevices: [AuditDeviceKind] = [
        FileAudit.kind, SocketAudit.kind, SyslogAudit.kind, HTTPAudit.kind,
    ]

    package static let seals: [SealKind] = [StaticSeal.kind, TransitSeal.kind, AWSKMSSeal.kind, PKCS11Seal.kind]

    /// Where entries can live.
    package enum StorageKind: Sendable {
        case memory
        case sqlite(folder: String)
        case postgresql(PostgresPlace)
        case etcd(EtcdPlace)
    }

    /// A PostgreSQL database and our tables in it.
    package struct PostgresPlace: Sendable {
        package var connectionURL: String
        package var table: String
        package var leaderTable: String
        package var parallelReads = 16
        package var connectRetries = 1
        package var createsTables = true
        package var acceptsUnsafeServer = false
        package var keepsChanges = false

        package init(connectionURL: String, table: String, leaderTable: String) {
            self.connectionURL = connectionURL
            self.table = table
            self.leaderTable = leaderTable
        }

        fileprivate func options(maximumEntrySize: Int) -> PostgresOptions {
            var options = PostgresOptions(connectionURL: connectionURL)
            options.table = table
            options.leaderTable = leaderTable
            options.parallelReads = parallelReads
            options.connectRetries = connectRetries
            options.createsTables = createsTables
            options.acceptsUnsafeServer = acceptsUnsafeServer
            options.keepsChanges = keepsChanges
            options.maxEntrySize = maximumEntrySize
            return options
        }
    }

    /// Opens a storage.
    /// - Parameter maximumEntrySize: bytes of one value.
    /// - Returns: the storage, and what the log should say about its state, if anything.
    package static func open(
        _ kind: StorageKind, maximumEntrySize: Int
    ) async throws(StorageOpenError) -> (storage: any Storage, warning: String?) {
        switch kind {
        case .memory: return (MemoryStorage(maxEntrySize: maximumEntrySize), nil)
        case .sqlite(let folder):
            let storage = try SQLiteStorage.open(
                folder: folder, options: SQLiteStorage.Options(maxEntrySize: maximumEntrySize))
            return (storage, storage.openWarning)
        case .postgresql(let place):
            let storage = try PostgresStorage(place.options(maximumEntrySize: maximumEntrySize))
            return (storage, storage.openWarning)
        case .etcd(let place):
            let storage = try await EtcdStorage.open(place.options(maximumEntrySize: maximumEntrySize))
            return (storage, storage.openWarning)
        }
    }
}
