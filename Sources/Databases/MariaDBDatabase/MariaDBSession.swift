internal import MariaDBClient
internal import SQLClient

/// What one piece of work does over a connection.
struct MariaDBSession {
    let link: MariaDBLink

    /// Statements of an operator, with values filled in.
    func run(_ texts: [String], _ values: [String: String]) throws(MariaDBFailure) {
        for text in texts {
            for statement in SQLText.statements(text, .mariadb) {
                let filled: String
                do {
                    filled = try SQLText.filled(statement, values, .mariadb)
                } catch {
                    throw MariaDBFailure(
                        .rejected,
                        "a value with special characters stands outside of quotes in a statement; put it into quotes")
                }
                try link.run(filled)
            }
        }
    }

    /// From where a user may come: the second half of its name.
    func hosts(of username: String) throws(MariaDBFailure) -> [String] {
        let name = SQLDialect.mariadb.literal(username)
        return try link.run("SELECT Host FROM mysql.user WHERE User = \(name)").compactMap { $0.first ?? nil }
    }

    /// Removes a user for which the operator wrote no statements, from wherever it may come.
    func dropUser(_ username: String) throws(MariaDBFailure) {
        let found: [String]
        do {
            found = try hosts(of: username)
        } catch {
            if error.kind != .rejected { throw error }
            // Not every account may look there.
            found = ["%"]
        }
        for host in found {
            let account = "\(SQLDialect.mariadb.literal(username))@\(SQLDialect.mariadb.literal(host))"
            do {
                try link.run("REVOKE ALL PRIVILEGES, GRANT OPTION FROM \(account)")
            } catch {
                // Dropping takes the rights along; its reason is the one to tell.
                if error.kind != .rejected { throw error }
            }
            try link.run("DROP USER IF EXISTS \(account)")
        }
    }
}
