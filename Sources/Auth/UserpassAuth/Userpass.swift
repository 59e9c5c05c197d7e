package import CofferFramework
internal import CofferJSON
internal import CofferStorage
internal import PasswordHash

/// Names and passwords kept by the server itself.
///
/// | entry | holds |
/// |---|---|
/// | `user/<name>` | the hash of the password and the parameters of the tokens |
///
/// Names have one form, lower case, in storage, alias and lockout alike (CVE-2025-6004).
package struct Userpass: LockingAuth, RenewingAuth {
    package let paths = PathTable(
        [users.listPath("users", synopsis: "List the users.", idSuffix: "users")]
            + [user, password, policies, login])

    package static let kind = EngineKind(
        type: "userpass", class: .auth, version: "v1.21.1+builtin.vault"
    ) { _ in Userpass() }

    private static let username = ["username": "Name of the user."]

    private static let users: Resource<User> = {
        var users = Resource(User.schema, folder: "user/")
        users.foldsNames = true
        users.validate = { call, user in try user.token.validate(at: call.mount) }
        users.stage = { _, _, user, _ in
            if user.hash.isEmpty { throw UserpassErrors.missingPassword }
        }
        return users
    }()

    // MARK: users

    private static let user = users.path(
        "users/:username", noun: "a user", synopsis: "Create, read, change or delete a user.", captures: username,
        idSuffix: "user"
    ).replacing(
        Verb(
            .update, "write-user", "Create or change a user.",
            input: User.schema.descriptors + PasswordInput.schema.descriptors
        ) { call in
            let hash = try await PasswordInput.hash(in: call)
            return try await users.write(call.capture("username"), call) { user in
                try User.schema.merge(call.fields, into: &user)
                if let hash { user.hash = hash }
            }
        })

    private static let password = Path(
        "users/:username/password", "Change a user's password.", captures: username,
        [
            Verb(.update, "reset-password", "Change a user's password.", input: PasswordInput.schema.descriptors) {
                call in
                guard let hash = try await PasswordInput.hash(in: call) else { throw UserpassErrors.missingPassword }
                return try await users.write(call.capture("username"), call, mustExist: true) { $0.hash = hash }
            }
        ])

    private static let policies = users.fieldPath(
        "users/:username/policies", ["token_policies", "policies"], synopsis: "Policies of a user.",
        captures: username, idSuffix: "policies", operations: [.update], writeID: "update-policies")

    // MARK: logins

    private static let login = Path(
        "login/:username", "Log in with a name and a password.", captures: username, traits: .login,
        [
            Verb(.update, "login", "Log in with a name and a password.", PasswordInput.loginSchema) { call, input in
                guard let password = input.password, !password.isEmpty else { throw UserpassErrors.missingPassword }
                let name = users.folded(call.capture("username"))
                let user = try await users.load(name, from: call.storage)
                let isRight = try await Bcrypt.verify(password, against: user?.hash ?? Bcrypt.ofNobody)
                guard let user, isRight else {
                    throw user == nil ? UserpassErrors.unknownUser : UserpassErrors.wrongPassword
                }
                try user.token.requireBound(call.origin)
                var grant = user.token.grant(displayName: name, alias: name)
                grant.metadata = ["username": name]
                grant.internalData = ["username": .string(name)]
                return .login(grant)
            }
        ])

    package func lockedName(of login: Call) async throws -> String? { Self.users.folded(login.capture("username")) }

    /// A token ends with its user, and does not go on with policies that the user has lost or gained.
    package func renew(_ token: RenewalCall) async throws -> RenewalTerms {
        let name = token.internalData["username"]?.stringValue ?? ""
        guard let user = try await Self.users.load(name, from: token.storage) else { throw UserpassErrors.userIsGone }
        try user.token.requireBound(token.origin)
        guard user.token.grantsSamePolicies(as: token) else { throw UserpassErrors.policiesChanged }
        return user.token.renewalTerms
    }
}
