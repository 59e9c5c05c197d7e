internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// What is written down before a database is changed, so that a crash in between leaves neither a login that
/// nobody knows nor a password that is lost.
enum WriteAhead {
    static let users: StorageKey = "wal/user/"
    static let roots: StorageKey = "wal/root/"
    static let statics: StorageKey = "wal/static/"

    static func rootKey(_ connection: String) -> StorageKey { roots + connection }
    static func staticKey(_ role: String) -> StorageKey { statics + role }

    /// No request lasts longer; a user whose lease is not registered by then will never get one.
    static let userPatience: Duration = .seconds(120)

    /// A user that is about to be made. Its entry goes in the commit that registers the lease.
    struct User: Sendable {
        var username = ""
        var connection = ""
        var revocation = TextList()
        var made: Int64 = 0

        static let schema = Schema<User>(
            { User() },
            [
                Field("username", \.username, ""), Field("db_name", \.connection, ""),
                Field("revocation_statements", \.revocation, ""), Field("made", \.made, ""),
            ])
    }

    /// A password that is about to be set.
    struct Password: Sendable {
        var password = ""
        /// A static role that is being made; empty for one that is stored.
        var role: JSONObject = [:]

        static let schema = Schema<Password>(
            { Password() }, [Field("password", \.password, ""), Field("role", \.role, "")])
    }

    static func load<Record>(
        _ key: StorageKey, _ schema: Schema<Record>, from storage: StorageView
    ) async throws -> Record? {
        guard let bytes = try await storage.get(key) else { return nil }
        guard let object = try? JSON.parseObject(bytes, limits: .trusted), let record = try? schema.decode(object)
        else {
            throw DatabaseErrors.damaged
        }
        return record
    }

    static func encoded<Record>(_ record: Record, _ schema: Schema<Record>) -> [UInt8] {
        JSON.object(schema.encode(record)).serialized()
    }
}
