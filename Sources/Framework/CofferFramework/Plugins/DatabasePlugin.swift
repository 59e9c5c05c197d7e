package import CofferBase
package import CofferJSON

/// One configured connection to a database, through which users are made, changed and removed.
///
/// Calls may come at the same time and in any number: an implementation bounds how many talk to the
/// database at once, and every call ends within a minute, however the database behaves.
package protocol DatabasePlugin: Sendable {
    /// Connects, and makes sure that the configured account is let in.
    func verify() async throws(DatabaseFailure)

    /// Makes a user, or nothing.
    func createUser(_ user: NewDatabaseUser) async throws(DatabaseFailure)

    /// Sets what lets a user in; with the database's usual statement when there are no statements.
    func changeCredential(
        of username: String, to credential: DatabaseCredential, statements: [String]
    ) async throws(DatabaseFailure)

    /// Moves the moment from which the database itself lets the user in no more; does nothing where a
    /// database knows no such moment and there are no statements.
    func changeExpiration(
        of username: String, to expiration: Timestamp, statements: [String]
    ) async throws(DatabaseFailure)

    /// Removes a user and its rights. A user that is not there is removed.
    func deleteUser(_ username: String, statements: [String]) async throws(DatabaseFailure)

    /// Whether the database lets this user in with this password; throws when it could not be asked.
    func accepts(_ password: String, of username: String) async throws(DatabaseFailure) -> Bool
}

/// A user to make.
package struct NewDatabaseUser: Sendable {
    package let username: String
    package let credential: DatabaseCredential
    /// After this the lease has ended.
    package let expiration: Timestamp
    package let statements: [String]
    /// Run when a creation statement fails, in databases that cannot take back the others by themselves.
    package let rollback: [String]

    package init(
        username: String, credential: DatabaseCredential, expiration: Timestamp, statements: [String],
        rollback: [String]
    ) {
        self.username = username
        self.credential = credential
        self.expiration = expiration
        self.statements = statements
        self.rollback = rollback
    }
}

/// Why a database did not do as asked.
package struct DatabaseFailure: Error, Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// Nobody answers, or not in time: worth another attempt.
        case unreachable
        /// The configured account was not let in.
        case loginRefused
        /// The database refused what it was asked.
        case rejected
        /// The configuration or a statement cannot work.
        case invalid
    }

    package let reason: Reason
    /// For operators: holds neither passwords nor statements nor connection strings.
    package let text: String

    package init(_ reason: Reason, _ text: String) {
        self.reason = reason
        self.text = text
    }
}

/// An entry of the catalogue: how to reach databases of one kind.
package struct DatabaseKind: Sendable {
    /// Vault's names of the plugins that this is, each with the template of its user names.
    package let plugins: [Plugin]
    /// Fields of a configuration that are never read back, beside `password`.
    package let secretFields: Set<String>
    /// Only these kinds of credentials are asked of its plugins.
    package let credentials: Set<DatabaseCredential.Kind>
    /// Makes a plugin from the fields of a configuration; connects to nothing yet.
    package let make: @Sendable (JSONObject) throws(DatabaseFailure) -> any DatabasePlugin

    package struct Plugin: Sendable {
        package let name: String
        package let usernameTemplate: String

        package init(_ name: String, usernameTemplate: String) {
            self.name = name
            self.usernameTemplate = usernameTemplate
        }
    }

    package init(
        plugins: [Plugin], secretFields: Set<String> = [], credentials: Set<DatabaseCredential.Kind> = [.password],
        make: @escaping @Sendable (JSONObject) throws(DatabaseFailure) -> any DatabasePlugin
    ) {
        self.plugins = plugins
        self.secretFields = secretFields
        self.credentials = credentials
        self.make = make
    }
}
