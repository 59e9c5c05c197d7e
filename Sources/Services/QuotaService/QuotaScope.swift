/// What a quota is for: everything, a namespace, a mount, a path below it, or a role of its logins.
package struct QuotaScope: Hashable, Sendable {
    /// Empty for the root, else with its `/`.
    package var namespace = ""
    /// Without the namespace, with its `/`; empty for all mounts.
    package var mount = ""
    /// Below the mount, without a final `/`; may end in `*`.
    package var suffix = ""
    package var role = ""

    package init(namespace: String = "", mount: String = "", suffix: String = "", role: String = "") {
        self.namespace = namespace
        self.mount = mount
        self.suffix = suffix
        self.role = role
    }

    /// As it was written, but for slashes at its ends.
    package var path: String { namespace + mount + suffix }

    func isOf(_ mount: QuotaScope) -> Bool { self.mount == mount.mount && namespace == mount.namespace }

    var isGlob: Bool { suffix.utf8.last == UInt8(ascii: "*") }
    var isForMount: Bool { !mount.isEmpty }
}

/// Rules by their scope; the most specific one counts, and only that.
struct QuotaTable<Rule: Sendable>: Sendable {
    private var exact: [QuotaScope: Rule] = [:]
    /// Rules of a mount whose paths end in `*`, the longest first.
    private var globs: [QuotaScope: [(prefix: String, rule: Rule)]] = [:]
    /// Namespaces whose rule is for those below them too.
    private var inherited: Set<String> = []
    /// Mounts with a rule for one of their roles.
    private(set) var roleMounts: Set<QuotaScope> = []

    var isEmpty: Bool { exact.isEmpty && globs.isEmpty }

    mutating func add(_ rule: Rule, for scope: QuotaScope, isInheritable: Bool) {
        let mount = QuotaScope(namespace: scope.namespace, mount: scope.mount)
        if scope.isGlob {
            var all = globs[mount] ?? []
            all.append((String(scope.suffix.dropLast()), rule))
            all.sort { $0.prefix.utf8.count > $1.prefix.utf8.count }
            globs[mount] = all
            return
        }
        exact[scope] = rule
        if !scope.role.isEmpty { roleMounts.insert(mount) }
        if isInheritable && !scope.isForMount { inherited.insert(scope.namespace) }
    }

    /// - Parameter request: where a request goes: its suffix is its whole path below the mount.
    func find(_ request: QuotaScope) -> Rule? {
        var mount = QuotaScope(namespace: request.namespace, mount: request.mount)
        if request.isForMount {
            if !request.role.isEmpty {
                mount.role = request.role
                if let rule = exact[mount] { return rule }
                mount.role = ""
            }
            var suffix = request.suffix
            while suffix.utf8.last == UInt8(ascii: "/") { suffix.removeLast() }
            if !suffix.isEmpty {
                mount.suffix = suffix
                if let rule = exact[mount] { return rule }
                mount.suffix = ""
            }
            if let rule = globs[mount]?.first(where: { request.suffix.hasPrefix($0.prefix) })?.rule { return rule }
            if let rule = exact[mount] { return rule }
        }
        return findNamespace(request.namespace)
    }

    private func findNamespace(_ namespace: String) -> Rule? {
        if let rule = exact[QuotaScope(namespace: namespace)] { return rule }
        var parent = namespace[...]
        while !parent.isEmpty {
            parent = parent.dropLast()
            parent = parent[..<(parent.lastIndex(of: "/").map { parent.index(after: $0) } ?? parent.startIndex)]
            let name = String(parent)
            if inherited.contains(name), let rule = exact[QuotaScope(namespace: name)] { return rule }
        }
        return nil
    }
}
