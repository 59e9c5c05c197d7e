internal import CofferBase
package import CofferFramework

/// The namespaces below the root, as a value.
package struct NamespaceTable: Sendable {
    private var byPath: [String: Namespace] = [:]
    private var byID: [String: Namespace] = [:]
    /// The one spelling of each path that is not in it.
    private var folded: Set<String> = []

    package var isEmpty: Bool { byPath.isEmpty }
    package var count: Int { byPath.count }

    /// The namespace with exactly this path, which ends in `/`.
    package subscript(path: String) -> Namespace? {
        guard let found = byPath[path], found.entry.path.utf8.elementsEqual(path.utf8) else { return nil }
        return found
    }

    package func namespace(id: String) -> Namespace? { byID[id] }

    /// The deepest namespace that a path leads through, those that are deleted left out.
    package func deepest(along path: String) -> Namespace? {
        var found: Namespace?
        let bytes = path.utf8
        var start = bytes.startIndex
        while let slash = bytes[start...].firstIndex(of: UInt8(ascii: "/")) {
            let next = bytes.index(after: slash)
            guard let namespace = self[String(path[..<next])], !namespace.entry.isDeleting else { break }
            found = namespace
            start = next
        }
        return found
    }

    /// The namespaces below another one, in order of their paths.
    /// - Parameter isDeep: with those below them.
    package func namespaces(below parent: NamespaceReference, isDeep: Bool) -> [Namespace] {
        byPath.values.filter { namespace in
            let path = namespace.entry.path.utf8
            guard path.count > parent.path.utf8.count, path.starts(with: parent.path.utf8) else { return false }
            return isDeep || !path.dropFirst(parent.path.utf8.count).dropLast().contains(UInt8(ascii: "/"))
        }.sorted { $0.entry.path.utf8.lexicographicallyPrecedes($1.entry.path.utf8) }
    }

    package var all: [Namespace] { Array(byID.values) }

    /// The namespace that locks this one: itself, or the topmost locked one above it.
    package func locking(_ reference: NamespaceReference) -> Namespace? {
        let path = reference.path
        for index in path.utf8.indices where path.utf8[index] == UInt8(ascii: "/") {
            let end = path.utf8.index(after: index)
            if let namespace = self[String(path[..<end])], namespace.entry.isLocked { return namespace }
        }
        return nil
    }

    /// Whether there is a namespace that this path could be taken for.
    func hasTwin(of path: String, folded form: String) -> Bool {
        byPath[path] != nil || byPath[form] != nil || folded.contains(form)
    }

    mutating func set(_ namespace: Namespace) {
        byPath[namespace.entry.path] = namespace
        byID[namespace.entry.id] = namespace
        let form = NamespaceNames.folded(namespace.entry.path)
        if !form.utf8.elementsEqual(namespace.entry.path.utf8) { folded.insert(form) }
    }

    mutating func remove(_ id: String) {
        guard let namespace = byID.removeValue(forKey: id) else { return }
        byPath[namespace.entry.path] = nil
        folded.remove(NamespaceNames.folded(namespace.entry.path))
    }
}
