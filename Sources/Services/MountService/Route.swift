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
    private let made = Mutex<(any Engine)?>(nil)
    private let context: EngineContext

    init(entry: MountEntry, kind: EngineKind, mount: MountReference, context: EngineContext) {
        self.entry = entry
        self.kind = kind
        self.mount = mount
        self.context = context
        namespace = context.namespace
        storage = context.storage
    }

    package var engine: any Engine {
        made.withLock { engine in
            if let engine { return engine }
            let new = kind.make(context)
            engine = new
            return new
        }
    }
}
