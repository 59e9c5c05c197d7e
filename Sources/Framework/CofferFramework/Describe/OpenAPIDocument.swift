package import CofferJSON

/// The OpenAPI 3 document of a set of mounts, made from their path tables.
///
/// A path that reads and lists is described twice, the list under the path with
/// a final slash: client generators take one operation for one path and method.
package struct OpenAPIDocument: Sendable {
    /// One mount and how the document names it.
    package struct Mount: Sendable {
        /// `sys`, `auth/token`, `{kv_v2_mount_path}` or the real path.
        package var prefix: String
        /// Name and default of the mount path parameter, when the prefix is generic.
        package var parameter: (name: String, value: String)?
        /// `system`, `secrets` or `auth`.
        package var tag: String
        /// Put before operation ids: `kv-v2`, `token`, or empty.
        package var idPrefix: String
        package var table: PathTable

        package init(
            prefix: String, parameter: (name: String, value: String)? = nil, tag: String, idPrefix: String,
            table: PathTable
        ) {
            self.prefix = prefix
            self.parameter = parameter
            self.tag = tag
            self.idPrefix = idPrefix
            self.table = table
        }
    }

    private var paths: [String: JSONObject] = [:]
    private var schemas: [String: JSONObject] = ["StandardListResponse": Self.listResponse]

    package init(_ mounts: [Mount]) {
        for mount in mounts {
            for path in mount.table.paths where !path.traits.isFallback { add(path, of: mount) }
        }
    }

    /// The whole document.
    package func json(version: String) -> JSON {
        [
            "openapi": "3.0.2",
            "info": [
                "title": "HashiCorp Vault API", "description": "HTTP API; all routes are below `/v1/`.",
                "version": .string(version),
            ],
            "paths": .object(Self.sorted(paths)),
            "components": ["schemas": .object(Self.sorted(schemas))],
        ]
    }

    private static let listResponse: JSONObject = [
        "type": "object", "properties": ["keys": ["type": "array", "items": ["type": "string"]]],
    ]

    private static func sorted(_ members: [String: JSONObject]) -> JSONObject {
        JSONObject(uniqueMembers: members.map { .init(key: $0.key, value: .object($0.value)) }).sortedByKey
    }

    private mutating func add(_ path: Path, of mount: Mount) {
        let listing = path.verbs.filter { $0.operation == .list || $0.operation == .scan }
        let others = path.verbs.filter { $0.operation != .list && $0.operation != .scan }
        for spelling in path.pattern.openAPISpellings {
            let full = "/" + [mount.prefix, spelling.path].filter { !$0.isEmpty }.joined(separator: "/")
            if !others.isEmpty { merge(item(path, others, mount, spelling), into: full) }
            if !listing.isEmpty { merge(item(path, listing, mount, spelling), into: full + "/") }
        }
    }

    /// Two declarations may share a spelling (one lists, one reads): both stay.
    private mutating func merge(_ item: JSONObject, into path: String) {
        var merged = paths[path] ?? [:]
        for member in item.members where merged[member.key] == nil { merged[member.key] = member.value }
        paths[path] = merged
    }

    private mutating func item(
        _ path: Path, _ verbs: [Verb], _ mount: Mount, _ spelling: PathPattern.Spelling
    ) -> JSONObject {
        var item: JSONObject = ["description": .string(path.synopsis)]
        var parameters = path.captures.filter { spelling.captures.contains($0.name) }.map(OpenAPIField.inPath)
        if let parameter = mount.parameter {
            parameters.append(OpenAPIField.mountPath(parameter.name, defaultPath: parameter.value))
        }
        if !parameters.isEmpty { item["parameters"] = .array(parameters) }
        if verbs.contains(where: { path.traits.sudo.contains($0.operation) }) { item["x-vault-sudo"] = true }
        if verbs.contains(where: { path.traits.unauthenticated.contains($0.operation) }) {
            item["x-vault-unauthenticated"] = true
        }
        if path.exists != nil && verbs.contains(where: { $0.operation == .update }) {
            item["x-vault-createSupported"] = true
        }
        for verb in verbs {
            let operation = OpenAPIOperation(
                verb, idPrefix: mount.idPrefix, idSuffix: spelling.idSuffix, tag: mount.tag,
                isAlsoScanned: verbs.contains { $0.operation == .scan })
            // A list that can also be scanned is one GET with two query parameters.
            if item[operation.method] != nil { continue }
            item[operation.method] = .object(operation.object)
            if let schema = operation.requestSchema { schemas[operation.requestSchemaName] = schema }
        }
        return item
    }
}
