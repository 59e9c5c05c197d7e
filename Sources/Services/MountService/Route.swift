package import CofferFramework
package import CofferStorage
internal import Synchronization

/// A mount that requests can reach; the engine is made when the first one does.
package final class Route: Sendable {
    package let entry: MountEntry
    package let kind: EngineKind
    /// The mount as calls carry it, with effective TTLs.
    package let mount: MountReference
    package let namespace: NamespaceReference
    package let storage: StorageView
    private let made = Mutex<Made?>(nil)
    private let context: EngineContext

    init(entry: MountEntry, kind: EngineKind, mount: MountReference, context: EngineContext) {
        self.entry = entry
        self.kind = kind
        self.mount = mount
        self.context = context
        namespace = context.namespace
        storage = context.storage
    }

    /// The engine, and what each login asks of it: a cast looks through all that it may be.
    private final class Made: Sendable {
        let engine: any Engine
        let lockingAuth: (any LockingAuth)?

        init(_ engine: any Engine) {
            self.engine = engine
            lockingAuth = engine as? any LockingAuth
        }
    }

    package var engine: any Engine { parts.engine }
    /// The engine, where it is an auth method that locks names out.
    package var lockingAuth: (any LockingAuth)? { parts.lockingAuth }

    private var parts: Made {
        made.withLock { made in
            if let made { return made }
            let new = Made(kind.make(context))
            made = new
            return new
        }
    }
}
