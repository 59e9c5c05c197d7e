internal import CofferJSON

/// An auth method whose logins name a role, by which quotas may tell them apart.
package protocol LoginRoles: Engine {
    /// The role that a login is for; nil when it names none that exists.
    ///
    /// Asked before the login is authenticated or even counted, so it must be cheap and change nothing.
    func loginRole(_ call: Call) async throws -> String?
}

extension LoginRoles {
    /// The field `role`, as most methods have it.
    package func loginRole(_ call: Call) async throws -> String? {
        call.fields["role"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }
}
