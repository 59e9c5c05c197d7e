internal import CofferFramework
internal import CofferJSON

/// All mounts of the server, by full path. Mounts never nest, so a path has at most one.
package struct RouteTable: Sendable {
    private var byPath: [String: Route] = [:]
    private var byUUID: [String: Route] = [:]
    /// Bytes of the longest path that was ever a mount's: nothing longer need be looked up, whatever a stranger asks for.
    private var longest = 0
    private var lengths = Lengths()
    /// Disabled, but not gone: their leases must still be revoked. Requests do not reach them.
    package private(set) var removing: [Route] = []
    /// Whether the built-in mounts of a namespace below the root are in it.
    var isComplete = false

    package struct Hit: Sendable {
        package let route: Route
        /// What follows the mount's path.
        package let rest: String
    }

    /// The mount that `path` (without namespace) lies in. `secret` alone means `secret/`.
    package func find(_ path: String) -> Hit? {
        let bytes = path.utf8.span
        for place in 0..<min(longest, bytes.count) where bytes[place] == UInt8(ascii: "/") {
            guard lengths.mayHold(place + 1) else { continue }
            let next = path.utf8.index(path.startIndex, offsetBy: place + 1)
            let prefix = String(path[..<next])
            // Dictionary keys fold canonical equivalence; a path must match byte by byte.
            if let route = byPath[prefix], sameBytes(route.mount.path, prefix) {
                return Hit(route: route, rest: String(path[next...]))
            }
        }
        guard bytes.count < longest else { return nil }
        return byPath[path + "/"].map { Hit(route: $0, rest: "") }
    }

    /// The mount at exactly this full path.
    package subscript(fullPath: String) -> Route? { byPath[fullPath] }

    /// The mount with this id, one that is being removed included.
    package func route(uuid: String) -> Route? { byUUID[uuid] ?? removing.first { $0.entry.uuid == uuid } }

    package func route(accessor: String) -> Route? {
        byPath.values.first { $0.entry.accessor == accessor }
    }

    /// In order of their paths.
    package var routes: [Route] {
        byPath.values.sorted { $0.mount.path.utf8.lexicographicallyPrecedes($1.mount.path.utf8) }
    }

    /// The mount that a namespace of this path would be mistaken for: one there, above it or below it.
    package func mount(inTheWayOf path: String) -> String? { conflict(with: path) }

    /// The mount that stands in the way of a new one at `path`: the same, above or below.
    func conflict(with path: String) -> String? {
        (Array(byPath.keys) + removing.map(\.mount.path)).first { path.hasPrefix($0) || $0.hasPrefix(path) }
    }

    /// Where its state says.
    mutating func add(_ route: Route) {
        if route.entry.state == .removing { startRemoving(route) } else { set(route) }
    }

    mutating func set(_ route: Route) {
        byPath[route.mount.path] = route
        longest = max(longest, route.mount.path.utf8.count)
        lengths.note(route.mount.path.utf8.count)
        byUUID[route.entry.uuid] = route
    }

    mutating func remove(_ fullPath: String) {
        if let route = byPath.removeValue(forKey: fullPath) { byUUID[route.entry.uuid] = nil }
    }

    mutating func startRemoving(_ route: Route) {
        remove(route.mount.path)
        removing.append(route)
    }

    mutating func finishRemoving(_ uuid: String) { removing.removeAll { $0.entry.uuid == uuid } }
}

/// How long paths of mounts are, or were: most beginnings of a path need not be looked up.
private struct Lengths: Sendable {
    private var bits: UInt64 = 0

    mutating func note(_ length: Int) { bits |= bit(length) }
    func mayHold(_ length: Int) -> Bool { bits & bit(length) != 0 }

    /// The last bit is for all that are longer.
    private func bit(_ length: Int) -> UInt64 { 1 << UInt64(min(length, 63)) }
}
