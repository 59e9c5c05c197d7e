import CofferBase
import CofferFramework
import CofferJSON
import Synchronization

/// A database of accounts in memory that a test can switch off, slow down and break.
final class FakeDatabase: Sendable {
    struct State {
        var passwords: [String: String] = ["root": "first"]
        var expirations: [String: Timestamp] = [:]
        var failure: DatabaseFailure?
        /// Fails after the change was made, as when a connection breaks before the answer.
        var losesAnswers = false
        /// Accepts every change of a password and keeps the old one.
        var ignoresChanges = false
        var calls: [String] = []
    }

    let state = Mutex(State())
    let knowsKeys: Bool

    init(knowsKeys: Bool = false) { self.knowsKeys = knowsKeys }

    func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }
    var users: [String] { state.withLock { $0.passwords.keys.filter { $0 != "root" }.sorted() } }
    var calls: [String] { state.withLock { $0.calls } }
    func password(of user: String) -> String? { state.withLock { $0.passwords[user] } }

    var kind: DatabaseKind {
        DatabaseKind(
            plugins: [.init("fake-database-plugin", usernameTemplate: "v-{{.DisplayName}}-{{.RoleName}}-{{random 8}}")],
            secretFields: ["private_key"],
            credentials: knowsKeys ? [.password, .rsaPrivateKey, .clientCertificate] : [.password]
        ) { (details) throws(DatabaseFailure) in
            if details["connection_url"]?.stringValue == "bad" { throw DatabaseFailure(.invalid, "bad URL") }
            let password = details["password"]?.stringValue ?? ""
            return Plugin(database: self, username: details["username"]?.stringValue ?? "", password: password)
        }
    }

    struct Plugin: DatabasePlugin {
        let database: FakeDatabase
        let username: String
        let password: String

        private func change(
            _ call: String, _ body: (inout State) throws(DatabaseFailure) -> Void
        ) throws(DatabaseFailure) {
            let result: Result<Void, DatabaseFailure> = database.state.withLock { state in
                state.calls.append(call)
                if let failure = state.failure { return .failure(failure) }
                guard state.passwords[username].map({ constantTimeEqual(Array($0.utf8), Array(password.utf8)) }) == true
                else {
                    return .failure(DatabaseFailure(.loginRefused, "login of \(username) with \(password) refused"))
                }
                do throws(DatabaseFailure) { try body(&state) } catch { return .failure(error) }
                return state.losesAnswers
                    ? .failure(DatabaseFailure(.unreachable, "the answer was lost")) : .success(())
            }
            try result.get()
        }

        func verify() async throws(DatabaseFailure) {
            try change("verify") { (_: inout State) throws(DatabaseFailure) in }
        }

        func createUser(_ user: NewDatabaseUser) async throws(DatabaseFailure) {
            try change("create") { (state: inout State) throws(DatabaseFailure) in
                if user.statements == ["fail"] {
                    throw DatabaseFailure(.rejected, "statement with \(text(of: user.credential)) failed")
                }
                state.passwords[user.username] = text(of: user.credential)
                state.expirations[user.username] = user.expiration
            }
        }

        func changeCredential(
            of username: String, to credential: DatabaseCredential, statements: [String]
        ) async throws(DatabaseFailure) {
            try change("password") { (state: inout State) throws(DatabaseFailure) in
                guard state.passwords[username] != nil else { throw DatabaseFailure(.rejected, "no such user") }
                if !state.ignoresChanges { state.passwords[username] = text(of: credential) }
            }
        }

        func changeExpiration(
            of username: String, to expiration: Timestamp, statements: [String]
        ) async throws(DatabaseFailure) {
            try change("expiration") { (state: inout State) throws(DatabaseFailure) in
                state.expirations[username] = expiration
            }
        }

        /// The password, the public key, or what stands for a certificate.
        private func text(of credential: DatabaseCredential) -> String {
            switch credential {
            case .password(let text), .publicKey(let text): text
            case .certificate: "certificate"
            }
        }

        func deleteUser(_ username: String, statements: [String]) async throws(DatabaseFailure) {
            try change("delete") { (state: inout State) throws(DatabaseFailure) in
                state.passwords[username] = nil
            }
        }

        func accepts(_ password: String, of username: String) async throws(DatabaseFailure) -> Bool {
            let result: Result<Bool, DatabaseFailure> = database.state.withLock { state in
                if let failure = state.failure { return .failure(failure) }
                return .success(state.passwords[username] == password)
            }
            return try result.get()
        }
    }
}
