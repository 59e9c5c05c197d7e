internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import LeaseService
internal import Logging

/// `sys/leases/`: leases shown, renewed and revoked; also under the names these paths had first.
struct LeasePaths {
    let core: Core

    struct Input: Sendable {
        var leaseID = ""
        /// The same, as older clients name it in the URL.
        var urlLeaseID = ""
        var increment: Duration = .zero
        var sync = true

        /// Calls give the id in the body or in the URL; it means a lease of their own namespace.
        func id(_ call: Call) throws(EngineError) -> String {
            let inURL = call.capture("url_lease_id")
            let id = inURL.isEmpty ? (leaseID.isEmpty ? urlLeaseID : leaseID) : inURL
            if id.isEmpty { throw .badRequest("lease_id must be specified") }
            return LeaseID.kept(id, in: call.namespace.id)
        }
    }

    private static let leaseID = Field<Input>("lease_id", \.leaseID, "Id of the lease.")
    private static let urlLeaseID = Field<Input>("url_lease_id", \.urlLeaseID, "Id of the lease.").deprecated
    private static let increment = Field<Input>("increment", \.increment, "Wanted lifetime from now.")
    private static let sync = Field<Input>("sync", \.sync, "Answer when the revocation is done, not before it.")

    private static func input(_ fields: Field<Input>...) -> Schema<Input> { Schema({ Input() }, fields) }

    var paths: [Path] {
        [lookup, list] + renewals("leases/renew", "") + renewals("renew", "2") + revocations("leases/revoke", "")
            + revocations("revoke", "2") + prefixes("leases/", "") + prefixes("", "2") + [tidy]
    }

    // MARK: showing

    private var lookup: Path {
        Path(
            "leases/lookup", "Show a lease.", traits: .traits { $0.sudo = [.list] },
            [
                Verb(.update, "leases-read-lease", "Show a lease.", Self.input(Self.leaseID)) { call, input in
                    guard let lease = try await core.open().leases.load(try input.id(call)) else {
                        throw EngineError.badRequest("invalid lease")
                    }
                    return .data([
                        "expire_time": .string(lease.expireTime.rfc3339), "id": .string(lease.publicID),
                        "issue_time": .string(lease.issueTime.rfc3339),
                        "last_renewal": lease.lastRenewal.map { .string($0.rfc3339) } ?? .null,
                        "renewable": .bool(lease.renewable && !lease.isRevoking),
                        "ttl": lease.remainingTTL(at: call.now).wire,
                    ])
                },
                Verb(.list, "leases-look-up-root", "List the first parts of lease ids.", Page.schema) {
                    call, page in
                    try await names(below: "", call, page)
                },
            ])
    }

    private var list: Path {
        Path(
            "leases/lookup/*prefix", "List leases below a path.",
            captures: ["prefix": "Beginning of the lease ids, up to a slash."], traits: .traits { $0.sudo = [.list] },
            [
                Verb(.list, "leases-look-up", "List leases below a path.", Page.schema) { call, page in
                    let prefix = call.capture("prefix")
                    return try await names(below: prefix.hasSuffix("/") ? prefix : prefix + "/", call, page)
                }
            ])
    }

    private func names(below prefix: String, _ call: Call, _ page: Page) async throws -> Reply {
        let prefix = LeaseID.kept(prefix, in: call.namespace.id)
        return try .keys(try await core.open().leases.names(below: prefix, after: page.start, limit: page.maximum))
    }

    // MARK: renewing

    private static let idHelp = ["url_lease_id": "Id of the lease."]

    private func renewals(_ path: String, _ number: String) -> [Path] {
        let renew: @Sendable (Call, Input) async throws -> Reply = { call, input in
            let (lease, warnings) = try await core.open().engineLeases.renew(
                try input.id(call), increment: input.increment)
            var reply = Reply.empty
            reply.lease = .issued(lease)
            reply.warnings = warnings
            return reply
        }
        let id = "leases-renew-lease"
        return [
            Path(
                path, "Renew a lease.",
                [
                    Verb(
                        .update, id + number, "Renew a lease.",
                        Self.input(Self.leaseID, Self.urlLeaseID, Self.increment), renew)
                ]),
            Path(
                path + "/*url_lease_id", "Renew a lease.", captures: Self.idHelp,
                [
                    Verb(
                        .update, "\(id)-with-id\(number)", "Renew a lease.",
                        Self.input(Self.leaseID, Self.increment), renew)
                ]),
        ]
    }

    // MARK: revoking

    private func revocations(_ path: String, _ number: String) -> [Path] {
        let revoke: @Sendable (Call, Input) async throws -> Reply = { call, input in
            let services = try core.open()
            // A lease that is not there is revoked already.
            guard let lease = try await services.leases.load(try input.id(call)) else { return .empty }
            if input.sync || lease.kind == .token {
                try await services.engineLeases.revoke(lease)
                return .empty
            }
            try await services.leases.makeDue([lease.id], now: call.now)
            return Reply(.none, status: 202)
        }
        let id = "leases-revoke-lease"
        return [
            Path(
                path, "Revoke a lease.",
                [
                    Verb(
                        .update, id + number, "Revoke a lease.",
                        Self.input(Self.leaseID, Self.urlLeaseID, Self.sync), revoke)
                ]),
            Path(
                path + "/*url_lease_id", "Revoke a lease.", captures: Self.idHelp,
                [
                    Verb(
                        .update, "\(id)-with-id\(number)", "Revoke a lease.",
                        Self.input(Self.leaseID, Self.sync), revoke)
                ]),
        ]
    }

    private static let prefixHelp = ["prefix": "Beginning of the lease ids, up to a slash."]

    private func prefixes(_ path: String, _ number: String) -> [Path] {
        let sudo = PathTraits.traits { $0.sudo = [.update] }
        return [
            Path(
                path + "revoke-prefix/*prefix", "Revoke all leases below a path.", captures: Self.prefixHelp,
                traits: sudo,
                [
                    Verb(
                        .update, "leases-revoke-lease-with-prefix" + number, "Revoke all leases below a path.",
                        Self.input(Self.sync)
                    ) { call, input in
                        let services = try core.open()
                        let prefix = LeaseID.kept(call.capture("prefix"), in: call.namespace.id)
                        if input.sync {
                            try await services.engineLeases.revokeAll(below: prefix)
                            return .empty
                        }
                        try await services.leases.makeAllDue(below: prefix + "/", now: call.now)
                        return Reply(.none, status: 202)
                    }
                ]),
            Path(
                path + "revoke-force/*prefix", "Forget all leases below a path, revoked or not.",
                captures: Self.prefixHelp, traits: sudo,
                [
                    Verb(
                        .update, "leases-force-revoke-lease-with-prefix" + number,
                        "Forget all leases below a path, revoked or not."
                    ) { call in
                        let prefix = LeaseID.kept(call.capture("prefix"), in: call.namespace.id)
                        try await core.open().engineLeases.revokeAll(below: prefix, force: true)
                        return .empty
                    }
                ]),
        ]
    }

    private var tidy: Path {
        Path(
            "leases/tidy", "Repair the indices of the leases.", traits: .traits { $0.isRootOnly = true },
            [
                Verb(.update, "leases-tidy", "Repair the indices of the leases.") { _ in
                    let result = try await core.open().leases.tidy()
                    if result.damaged > 0 {
                        core.log.warning("\(result.damaged) lease records cannot be read and were left as they are")
                    }
                    return .tidied
                }
            ])
    }
}

extension Reply {
    /// Tidying is begun and reported in the log, as clients expect; here it is done already.
    static let tidied = Reply(.none, status: 202).warning(
        "Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs."
    )
}
