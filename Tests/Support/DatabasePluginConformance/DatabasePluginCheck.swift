import CofferBase
package import CofferFramework
package import CofferJSON
import Glibc
import Testing

/// A real database, and what an operator would configure for it.
package struct DatabaseFixture: Sendable {
    package let kind: DatabaseKind
    /// The fields of a configuration whose account may make users.
    package let details: JSONObject
    /// What makes a user that may log in.
    package let creation: [String]
    /// The same, and then something that the database refuses.
    package let failing: [String]

    /// Nil unless `variable` of the environment holds the details as JSON: the test script starts the servers.
    package init?(_ kind: DatabaseKind, variable: String, creation: [String], failing: [String]) {
        guard let text = getenv(variable).map({ String(cString: $0) }),
            let details = try? JSON.parse(text: text).objectValue
        else { return nil }
        self.kind = kind
        self.details = details
        self.creation = creation
        self.failing = failing
    }

    package func plugin(_ change: (inout JSONObject) -> Void = { _ in }) throws -> any DatabasePlugin {
        var details = details
        change(&details)
        return try kind.make(details)
    }

    /// A user that no other check has.
    func user(_ password: String, _ statements: [String]? = nil) throws -> NewDatabaseUser {
        NewDatabaseUser(
            username: "v-check-" + (try RandomSource.system.base62(12)), credential: .password(password),
            expiration: SystemClock().now + .seconds(3600), statements: statements ?? creation, rollback: [])
    }
}

/// What every database plugin must do, whatever is behind it.
package struct DatabasePluginCheck: Sendable, CustomTestStringConvertible {
    package let name: String
    package let run: @Sendable (DatabaseFixture) async throws -> Void
    package var testDescription: String { name }

    package static let all = [
        DatabasePluginCheck(name: "the configured account is let in, with its password only") { fixture in
            try await fixture.plugin().verify()
            let wrong = try fixture.plugin { $0["password"] = "canary-password" }
            let failure = await #expect(throws: DatabaseFailure.self) { try await wrong.verify() }
            #expect(failure?.reason == .loginRefused)
            #expect(failure?.text.contains("canary") == false)
        },
        DatabasePluginCheck(name: "a database that is not there is unreachable, soon") { fixture in
            let gone = try fixture.plugin { details in
                details["port"] = 1
                if let url = details["connection_url"]?.stringValue {
                    details["connection_url"] = .string(Self.withPort(1, url))
                }
            }
            let began = SystemClock().now
            let failure = await #expect(throws: DatabaseFailure.self) { try await gone.verify() }
            #expect(failure?.reason == .unreachable)
            #expect(SystemClock().now - began < .seconds(20))
        },
        DatabasePluginCheck(name: "a user that was made is let in with its password, and with no other") { fixture in
            let plugin = try fixture.plugin()
            let user = try fixture.user("first-password")
            try await plugin.createUser(user)
            #expect(try await plugin.accepts("first-password", of: user.username))
            #expect(try await !plugin.accepts("other", of: user.username))
            try await plugin.deleteUser(user.username, statements: [])
        },
        DatabasePluginCheck(name: "a user that cannot be made whole is not made, and the reason holds no password") {
            fixture in
            let plugin = try fixture.plugin()
            let user = try fixture.user("canary-password", fixture.failing)
            let failure = await #expect(throws: DatabaseFailure.self) { try await plugin.createUser(user) }
            #expect(failure?.reason == .rejected || failure?.reason == .invalid)
            #expect(failure?.text.contains("canary") == false)
            #expect(try await !plugin.accepts("canary-password", of: user.username))
        },
        DatabasePluginCheck(name: "a changed password counts, the one before does not") { fixture in
            let plugin = try fixture.plugin()
            let user = try fixture.user("first-password")
            try await plugin.createUser(user)
            try await plugin.changeCredential(of: user.username, to: .password("second-password"), statements: [])
            #expect(try await plugin.accepts("second-password", of: user.username))
            #expect(try await !plugin.accepts("first-password", of: user.username))
            try await plugin.deleteUser(user.username, statements: [])
            let gone = "v-check-nobody"
            await #expect(throws: DatabaseFailure.self) {
                try await plugin.changeCredential(of: gone, to: .password("third-password"), statements: [])
            }
        },
        DatabasePluginCheck(name: "a removed user is let in no more, and can be removed again") { fixture in
            let plugin = try fixture.plugin()
            let user = try fixture.user("first-password")
            try await plugin.createUser(user)
            try await plugin.changeExpiration(
                of: user.username, to: SystemClock().now + .seconds(7200), statements: [])
            try await plugin.deleteUser(user.username, statements: [])
            #expect(try await !plugin.accepts("first-password", of: user.username))
            try await plugin.deleteUser(user.username, statements: [])
        },
        DatabasePluginCheck(name: "no character of a password is code") { fixture in
            let plugin = try fixture.plugin()
            for password in ["it's", "a\"b`c", "back\\slash\\", "'; DROP TABLE x; --", "$$ {{name}} %s é", "@:/?#=& "] {
                let user = try fixture.user("start")
                try await plugin.createUser(try fixture.user(password, user: user.username))
                #expect(try await plugin.accepts(password, of: user.username))
                try await plugin.changeCredential(of: user.username, to: .password(password + "2"), statements: [])
                #expect(try await plugin.accepts(password + "2", of: user.username))
                try await plugin.deleteUser(user.username, statements: [])
            }
        },
        DatabasePluginCheck(name: "many users at the same time are all made and all removed") { fixture in
            let plugin = try fixture.plugin()
            let accepted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        let user = try fixture.user("some-password")
                        try await plugin.createUser(user)
                        let isIn = try await plugin.accepts("some-password", of: user.username)
                        try await plugin.deleteUser(user.username, statements: [])
                        let isOut = try await !plugin.accepts("some-password", of: user.username)
                        return isIn && isOut
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(accepted == 40)
        },
    ]

    /// The URL with another port behind its address.
    private static func withPort(_ port: Int, _ url: String) -> String {
        let mark = "127.0.0.1:"
        var text = url[...]
        var head = ""
        while !text.isEmpty && !text.hasPrefix(mark) { head.append(text.removeFirst()) }
        let rest = text.dropFirst(mark.count).drop { $0.isNumber }
        return head + mark + String(port) + rest
    }
}

extension DatabaseFixture {
    func user(_ password: String, user name: String) throws -> NewDatabaseUser {
        NewDatabaseUser(
            username: name, credential: .password(password), expiration: SystemClock().now + .seconds(3600),
            statements: creation,
            rollback: [])
    }
}
