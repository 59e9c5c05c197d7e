/// An auth method whose wrong credentials are counted: too many of them lock a name out for a while.
///
/// It throws `EngineError.badCredential` for what counts.
package protocol LockingAuth: Engine {
    /// The alias that a login names, folded as the login itself folds it; nil for what cannot be locked.
    ///
    /// It must not depend on whether the account exists, where that is a secret: else the lock would tell.
    func lockedName(of login: Call) async throws -> String?
}
