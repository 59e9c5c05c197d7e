internal import CofferBase
internal import CofferFramework

/// The mounts of one namespace below the root. Those that every namespace has are made when somebody comes.
final class Realm: Sendable {
    let namespace: NamespaceReference
    private let table = Snapshot(RouteTable())

    init(_ namespace: NamespaceReference) { self.namespace = namespace }

    /// Without the mounts that nobody has asked for yet.
    var stored: RouteTable { table.value }

    func update(_ change: (inout RouteTable) -> Void) { table.update { change(&$0) } }

    /// What requests see.
    func routes(completing make: (NamespaceReference) -> [Route]) -> RouteTable {
        let known = table.value
        if known.isComplete { return known }
        let missing = make(namespace)
        return table.update { table in
            for route in missing where table[route.mount.path] == nil { table.set(route) }
            table.isComplete = true
            return table
        }
    }
}
