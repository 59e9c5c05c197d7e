internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import LeaseService
internal import MountService
internal import NamespaceService
internal import TokenService

/// `sys/leases`, `count` and `top`: how many leases there are, and whose they are.
struct LeaseReportPaths {
    let core: Core

    struct Input: Sendable {
        var type = ""
        var includesChildNamespaces = false
        var limit = ""

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("type", \.type, "\"irrevocable\": leases that could not be revoked.").query,
                Field(
                    "include_child_namespaces", \.includesChildNamespaces, "With the leases of child namespaces."
                ).query,
                Field("limit", \.limit, "At most this many, or \"none\" for all; 10000 when not given.").query,
            ])
    }

    struct TopInput: Sendable {
        var limit: Int64 = 10

        static let schema = Schema<TopInput>(
            { TopInput() }, [Field("limit", \.limit, "At most this many rows of each kind.").query])
    }

    var paths: [Path] {
        [
            Path(
                "leases", "List the leases that could not be revoked.", traits: .traits { $0.sudo = [.read] },
                [
                    Verb(.read, "leases-list", "List the leases that could not be revoked.", Input.schema) {
                        call, input in try await listIrrevocable(input, call)
                    }
                ]),
            Path(
                "leases/count", "Count the leases of each mount.",
                [
                    Verb(.read, "leases-count", "Count the leases of each mount.", Input.schema) { call, input in
                        try await count(input, call)
                    }
                ]),
            Path(
                "leases/top", "Who holds the most leases.",
                description: "Paths that made the most leases, and tokens that hold the most.",
                traits: .traits { $0.sudo = [.read] },
                [
                    Verb(.read, "leases-top", "Who holds the most leases.", TopInput.schema) { call, input in
                        try await top(Int(clamping: max(input.limit, 0)), call)
                    }
                ]),
        ]
    }

    private func listIrrevocable(_ input: Input, _ call: Call) async throws -> Reply {
        guard input.type == "irrevocable" else { throw EngineError.badRequest("type must be \"irrevocable\"") }
        let services = try core.open()
        let places = places(input, call, services)
        let all = try await services.leases.irrevocable(limit: nil).filter { places[$0.namespaceID] != nil }
        let shown = all.prefix(try limit(input.limit))
        let leases = shown.map { lease -> JSON in
            [
                "error": .string(lease.revocationError), "lease_id": .string(lease.publicID),
                "mount_id": .string(accessor(of: lease.publicID, places[lease.namespaceID])),
            ]
        }
        var reply = Reply.data(["lease_count": .int(all.count), "leases": .array(leases)])
        if shown.count < all.count {
            reply.warnings.append("Only \(shown.count) of \(all.count) leases are shown; ask with limit=none for all")
        }
        return reply
    }

    /// Vault shows at most 10,000 unless told otherwise.
    private func limit(_ text: String) throws(EngineError) -> Int {
        if text.isEmpty { return 10_000 }
        if text == "none" { return .max }
        guard let limit = Int(text), limit > 0 else { throw .badRequest("limit must be a number or \"none\"") }
        return limit
    }

    /// The mounts of the namespaces that are asked about, by their ids.
    private func places(_ input: Input, _ call: Call, _ services: Services) -> [String: RouteTable] {
        var places = [call.namespace.id: services.mounts.routes(in: call.namespace)]
        if input.includesChildNamespaces {
            for namespace in services.namespaces.table.namespaces(below: call.namespace, isDeep: true) {
                places[namespace.entry.id] = services.mounts.routes(in: namespace.reference)
            }
        }
        return places
    }

    private func count(_ input: Input, _ call: Call) async throws -> Reply {
        let services = try core.open()
        let places = places(input, call, services)
        var counts: [String: Int] = [:]
        var total = 0
        switch input.type {
        case "irrevocable":
            for lease in try await services.leases.irrevocable(limit: nil) {
                guard let routes = places[lease.namespaceID] else { continue }
                counts[accessor(of: lease.publicID, routes), default: 0] += 1
                total += 1
            }
        case "":
            for (namespace, routes) in places {
                try await services.leases.eachID(in: namespace) { id in
                    counts[accessor(of: id, routes), default: 0] += 1
                    total += 1
                }
            }
        default: throw EngineError.badRequest("type must be \"irrevocable\" or absent")
        }
        return .data(["counts": Self.object(counts), "lease_count": .int(total)])
    }

    private func accessor(of id: String, _ routes: RouteTable?) -> String {
        routes?.find(id)?.route.entry.accessor ?? ""
    }

    private static func object(_ counts: [String: Int]) -> JSON {
        var object = JSONObject()
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) { object.append(name, .int(count)) }
        return .object(object)
    }

    // MARK: top

    /// Ids and index keys are enough: no lease is read.
    private func top(_ limit: Int, _ call: Call) async throws -> Reply {
        let services = try core.open()
        var byPath: [String: Int] = [:]
        var total = 0
        try await services.leases.eachID(in: call.namespace.id) { id in
            let end = id.lastIndex(of: "/") ?? id.endIndex
            byPath[String(id[..<end]), default: 0] += 1
            total += 1
        }
        var byToken: [(key: String, count: Int)] = []
        try await services.leases.eachHolder { byToken.append(($0, $1)) }
        let paths = byPath.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(limit)
        var holders: [JSON] = []
        for (key, count) in byToken.sorted(by: { ($1.count, $0.key) < ($0.count, $1.key) }).prefix(limit) {
            let entry = try await services.tokens.find(key: key)?.entry
            // Tokens of other namespaces may hold leases of this one; they are none of its business.
            if !call.namespace.isRoot, entry?.namespaceID != call.namespace.id { continue }
            holders.append([
                "accessor": .string(entry?.accessor ?? ""), "display_name": .string(entry?.displayName ?? ""),
                "entity_id": .string(entry?.entityID ?? ""), "lease_count": .int(count),
                "path": .string(entry?.path ?? ""),
            ])
        }
        let rows = paths.map { JSON.object(["lease_count": .int($0.value), "path": .string($0.key)]) }
        return .data(["holders": .array(holders), "lease_count": .int(total), "paths": .array(rows)])
    }
}
