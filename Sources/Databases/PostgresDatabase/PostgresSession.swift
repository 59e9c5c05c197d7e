internal import PostgresClient
internal import SQLClient

/// What one piece of work does over a connection.
struct PostgresSession {
    let link: PostgresLink
    let hashesPasswords: Bool

    @discardableResult
    func run(_ sql: String, _ parameters: [String] = []) throws(PostgresFailure) -> [[String?]] {
        try link.run(sql, parameters)
    }

    /// Statements of an operator, with values filled in.
    func run(_ texts: [String], _ values: [String: String]) throws(PostgresFailure) {
        for text in texts {
            for statement in SQLText.statements(text, .postgres) {
                let filled: String
                do {
                    filled = try SQLText.filled(statement, values, .postgres)
                } catch {
                    throw .unsafeStatement
                }
                try link.run(filled)
            }
        }
    }

    /// The password as a statement may hold it.
    func stored(_ password: String, for user: String) throws(PostgresFailure) -> String {
        hashesPasswords ? try link.scramVerifier(of: password, for: user) : password
    }

    /// Everything or nothing.
    func transaction(_ body: () throws(PostgresFailure) -> Void) throws(PostgresFailure) {
        try patiently { () throws(PostgresFailure) in
            try link.run("BEGIN")
            do throws(PostgresFailure) {
                try body()
                try link.run("COMMIT")
            } catch {
                if error.kind != .unreachable { _ = try? link.run("ROLLBACK") }
                throw error
            }
        }
    }

    /// Again when it ran into another change of the same rows: two grants on one table do.
    private func patiently(_ body: () throws(PostgresFailure) -> Void) throws(PostgresFailure) {
        for _ in 0..<Self.attempts {
            do throws(PostgresFailure) { return try body() } catch { if !error.isConflict { throw error } }
        }
        try body()
    }

    private static let attempts = 50

    /// What revokes a role for which the operator wrote no statements.
    ///
    /// It loses every right in this database, what it owns goes to us, and the role is dropped. Rights that we
    /// may not take away do not matter while the drop succeeds; when it does not, its reason is the one to tell.
    func dropRole(_ name: String) throws(PostgresFailure) {
        let role = SQLDialect.postgres.identifier(name)
        for statement in try revocations(of: name, quoted: role) {
            do throws(PostgresFailure) {
                try patiently { () throws(PostgresFailure) in try link.run(statement) }
            } catch {
                if error.kind != .rejected { throw error }
            }
        }
        try patiently { () throws(PostgresFailure) in try link.run("DROP ROLE IF EXISTS \(role)") }
    }

    private func revocations(of name: String, quoted role: String) throws(PostgresFailure) -> [String] {
        let rows = try link.run(
            "SELECT DISTINCT table_schema FROM information_schema.role_column_grants WHERE grantee = $1", [name])
        let schemas = Set(rows.compactMap { $0.first ?? nil } + ["public"]).sorted()
        var statements = schemas.map { SQLDialect.postgres.identifier($0) }.flatMap { schema in
            [
                "REVOKE ALL PRIVILEGES ON ALL TABLES IN SCHEMA \(schema) FROM \(role)",
                "REVOKE ALL PRIVILEGES ON ALL SEQUENCES IN SCHEMA \(schema) FROM \(role)",
                "REVOKE USAGE ON SCHEMA \(schema) FROM \(role)",
            ]
        }
        if let database = try link.run("SELECT current_database()").first?.first ?? nil {
            statements.append("REVOKE CONNECT ON DATABASE \(SQLDialect.postgres.identifier(database)) FROM \(role)")
        }
        // Only a member may give away what the role owns; who made the role may become one.
        return statements + [
            "GRANT \(role) TO CURRENT_USER", "REASSIGN OWNED BY \(role) TO CURRENT_USER", "DROP OWNED BY \(role)",
        ]
    }
}

extension PostgresFailure {
    static var unsafeStatement: PostgresFailure {
        PostgresFailure(
            rejected: "a value with special characters stands outside of quotes in a statement; put it into quotes")
    }
}
