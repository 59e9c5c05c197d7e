package import CofferFramework

/// What statements about a user may hold, and what each credential must find in them.
package enum UserStatements {
    /// The values of `{{name}}`, `{{username}}`, and of what is there of `{{password}}`, `{{public_key}}` and
    /// `{{expiration}}`.
    /// - Throws: `.invalid` for statements that would make a user with another credential than this one.
    package static func values(
        _ username: String, _ credential: DatabaseCredential, expiration: String? = nil, for statements: [String]
    ) throws(DatabaseFailure) -> [String: String] {
        var values = ["name": username, "username": username]
        values["expiration"] = expiration
        switch credential {
        case .password(let text): values["password"] = text
        case .publicKey(let text):
            values["public_key"] = text
            // Nobody could log in, or anybody.
            if !holds("public_key", statements) {
                throw DatabaseFailure(.invalid, "the statements hold no {{public_key}}")
            }
        case .certificate: break
        }
        // What is not filled in would be the password of everyone who has read this.
        for name in ["password", "public_key"] where values[name] == nil && holds(name, statements) {
            throw DatabaseFailure(
                .invalid, "the statements hold {{\(name)}}, which credential_type \(credential.kind.rawValue) has not")
        }
        return values
    }

    private static func holds(_ name: String, _ statements: [String]) -> Bool {
        statements.contains { $0.contains("{{\(name)}}") }
    }
}
