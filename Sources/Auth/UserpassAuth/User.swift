internal import CofferFramework
internal import PasswordHash

/// A user as it is stored.
struct User: Sendable {
    var token = TokenParameters()
    /// bcrypt
    var hash = ""

    static let schema = Schema<User>(
        { User() },
        TokenParameters.fields(
            in: \.token,
            oldNames: [
                "policies": "token_policies", "ttl": "token_ttl", "max_ttl": "token_max_ttl",
                "bound_cidrs": "token_bound_cidrs",
            ])
            + [Field("hash", \.hash, "bcrypt hash of the password.").internal])
}

/// A password as requests carry it; never stored.
struct PasswordInput: Sendable {
    var password: String?
    var hash: String?

    private static let password = Field<PasswordInput>("password", \.password, "Password of the user.").secret

    static let loginSchema = Schema<PasswordInput>({ PasswordInput() }, [password])
    static let schema = Schema<PasswordInput>(
        { PasswordInput() },
        [
            password,
            Field("password_hash", \.hash, "bcrypt hash of the password, instead of the password itself.").secret,
        ])

    /// The hash to store, made outside any transaction because it takes its time; nil when none was given.
    static func hash(in call: Call) async throws -> String? {
        let input = try schema.decode(call.fields)
        switch (input.password ?? "", input.hash ?? "") {
        case ("", ""): return nil
        case ("", let hash):
            guard Bcrypt.isHash(hash) else { throw UserpassErrors.invalidHash }
            return hash
        case (let password, ""):
            do {
                return try await Bcrypt.hash(password, random: call.random)
            } catch Bcrypt.Failure.unsuitablePassword {
                throw UserpassErrors.unsuitablePassword
            }
        default: throw UserpassErrors.passwordAndHash
        }
    }
}
