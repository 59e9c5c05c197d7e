package import CofferBase
package import CofferStorage

/// A mounted secrets engine or auth method: a type name and a table of paths.
///
/// Made at the first request to its mount, dropped at unmount, seal and when its
/// options change. State between requests belongs into storage, or into a cache
/// that may vanish at any time.
package protocol Engine: Sendable {
    var paths: PathTable { get }
}

/// What an engine is given when it is made.
package struct EngineContext: Sendable {
    package let mount: MountReference
    package let namespace: NamespaceReference
    package let storage: StorageView
    package let clock: any WallClock
    package let random: RandomSource
    /// Asks for a call of `PeriodicEngine.tick` at this time, or soon after.
    package let wake: @Sendable (Timestamp) -> Void
    package let services: EngineServices

    package init(
        mount: MountReference, namespace: NamespaceReference, storage: StorageView, clock: any WallClock,
        random: RandomSource, services: EngineServices, wake: @escaping @Sendable (Timestamp) -> Void = { _ in }
    ) {
        self.mount = mount
        self.namespace = namespace
        self.storage = storage
        self.clock = clock
        self.random = random
        self.services = services
        self.wake = wake
    }
}

/// The few things that the server does for its engines.
package struct EngineServices: Sendable {
    /// A new password by the password policy with this name; by the server's own when the name is empty.
    /// - Throws: `EngineError`, among others when there is no such policy.
    package let generatePassword: @Sendable (_ policy: String) async throws -> String
    /// Tries every revocation of the mount that has failed again, now: what it failed at is there again.
    package let retryRevocations: @Sendable (MountReference) async throws -> Void

    package init(
        generatePassword: @escaping @Sendable (_ policy: String) async throws -> String,
        retryRevocations: @escaping @Sendable (MountReference) async throws -> Void
    ) {
        self.generatePassword = generatePassword
        self.retryRevocations = retryRevocations
    }
}

/// An entry of the catalogue: how to make engines of one type.
package struct EngineKind: Sendable {
    package enum Class: String, Sendable { case secret, auth }

    package let type: String
    package let `class`: Class
    /// What `running_plugin_version` reports for this built-in.
    package let version: String
    /// Mount paths reserved for the server cannot be enabled or disabled by callers.
    package var isBuiltIn = false
    /// Its engines are `PeriodicEngine`s.
    package var isPeriodic = false
    /// The database plugins that its mounts can name; the catalogue shows them.
    package var databasePlugins: [String] = []
    /// Checks and completes the options given at enable and tune; throws `badRequest`.
    package var checkOptions: @Sendable ([String: String]) throws(EngineError) -> [String: String] = { $0 }
    package let make: @Sendable (EngineContext) -> any Engine

    package init(
        type: String, class: Class, version: String, make: @escaping @Sendable (EngineContext) -> any Engine
    ) {
        self.type = type
        self.class = `class`
        self.version = version
        self.make = make
    }
}
