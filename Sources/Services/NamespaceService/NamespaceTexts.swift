package import CofferFramework

/// What callers are told; clients match on these.
package enum NamespaceTexts {
    package static let unknown = EngineError.badRequest("requested namespace does not exist")
    package static let tainted = EngineError.badRequest(
        "namespace with that name exists and is currently being created or deleted")
    package static let twin = EngineError.badRequest(
        "a namespace with this name, or with one that could be taken for it, exists already")
    package static let rootLock = EngineError.badRequest("root namespace cannot be locked/unlocked")
    package static let emptyKey = EngineError.badRequest("provided empty key")
    package static let wrongKey = EngineError.badRequest("incorrect unlock key")
    /// What a request into a locked namespace gets.
    package static let locked = EngineError.unavailable(
        "API access to this namespace has been locked by an administrator")

    static func mountConflict(_ mount: String) -> EngineError {
        .badRequest("new namespace conflicts with existing mount: \(mount)")
    }

    package static func hasChildren(_ path: String) -> EngineError {
        .badRequest("cannot delete namespace (\"\(NamespaceNames.shown(path))\") containing child namespaces")
    }

    package static func locked(_ path: String) -> EngineError {
        .badRequest("namespace \"\(NamespaceNames.shown(path))\" is already locked")
    }

    package static func unlocked(_ path: String) -> EngineError {
        .badRequest("namespace \"\(NamespaceNames.shown(path))\" is not locked")
    }

    package static func lockedAbove(_ path: String, by parent: String) -> EngineError {
        .badRequest(
            "cannot unlock \"\(NamespaceNames.shown(path))\" with namespace \"\(NamespaceNames.shown(parent))\" being locked"
        )
    }
}
