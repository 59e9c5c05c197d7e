internal import CofferStorage
internal import PostgresClient

/// Whether a server keeps what it acknowledges (contract rule E9).
struct PostgresServerCheck {
    /// Why it must not be used; each can be overridden by who knows better.
    private(set) var objections: [String] = []
    /// What an operator should know.
    private(set) var warnings: [String] = []

    /// 13 is also the first that is free of the known fault of SERIALIZABLE transactions.
    private static let oldest: Int64 = 130_000

    init(_ link: PostgresLink) throws(StorageOpenError) {
        let outcome = link.runTogether(
            [
                PostgresStatement(
                    "SELECT name, setting FROM pg_settings WHERE name = ANY (string_to_array($1, ' '))",
                    [
                        .text(
                            "fsync full_page_writes synchronous_commit server_version_num synchronous_standby_names "
                                + "data_checksums")
                    ]),
                PostgresStatement("SELECT pg_is_in_recovery(), (SELECT count(*) FROM pg_stat_replication)"),
            ], within: .seconds(10))
        if let failure = outcome.failure {
            throw StorageOpenError("postgresql: the server's settings cannot be read: \(failure.text)")
        }
        var settings: [String: String] = [:]
        for row in 0..<outcome.answers[0].count {
            if let name = outcome.answers[0].text(row) { settings[name] = outcome.answers[0].text(row, 1) }
        }
        judge(settings, isFollower: outcome.answers[1].integer(0) == 1, replicas: outcome.answers[1].integer(0, 1) ?? 0)
    }

    init(settings: [String: String], isFollower: Bool, replicas: Int64) {
        judge(settings, isFollower: isFollower, replicas: replicas)
    }

    private mutating func judge(_ settings: [String: String], isFollower: Bool, replicas: Int64) {
        let hasSynchronous = settings["synchronous_standby_names"].map { !$0.isEmpty } ?? false
        for name in ["fsync", "full_page_writes"] where settings[name] == "off" {
            objections.append("\(name) is off: a crash of its machine can lose or damage what was acknowledged")
        }
        switch settings["synchronous_commit"] {
        case "off": objections.append("synchronous_commit is off: a crash loses acknowledged writes")
        case "local" where hasSynchronous, "remote_write" where hasSynchronous:
            objections.append(
                "synchronous_commit is weaker than on, and there are synchronous standbys: a failover can lose writes")
        default: break
        }
        if isFollower { objections.append("it only follows another server") }
        if (settings["server_version_num"].flatMap { Int64($0) } ?? 0) < Self.oldest {
            objections.append("it is older than PostgreSQL 13")
        }
        if settings["data_checksums"] == "off" {
            warnings.append("the database has no data checksums: damage on its disk would go unnoticed")
        }
        if replicas > 0 && !hasSynchronous {
            warnings.append("the database has replicas, none of them synchronous: promoting one can lose writes")
        }
    }
}
