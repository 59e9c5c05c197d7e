internal import AuditService
internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage
internal import IdentityService
internal import MountService
internal import NamespaceService
internal import PolicyService
internal import TokenService

/// One request on its way through the pipeline; each stage fills in its part.
struct Request: Sendable {
    let id: String
    private let received: Received
    let core: Core
    var operation: CofferFramework.Operation
    /// The path that is authorised and audited; folders of a list end in `/`.
    var path: CanonicalPath
    var namespace = NamespaceReference.root
    /// The namespace below the root that this request is in, which it must leave.
    var visited: Namespace?
    /// How the token's policies name the namespace; empty for the token's own.
    var policyPrefix = ""
    var location: Location?
    var fields = JSONObject()
    var rawBody: [UInt8] = []
    var replacedFields: [String] = []
    var token: LiveToken?
    /// Who stands behind the token; nil for a token without an entity.
    var identity: CallerIdentity?
    var use = TokenUse.unlimited
    var isDecoded = false
    /// Answered beside the leader: nothing may be written.
    var isOnStandby = false
    /// What a rate quota or the lack of memory tells the client, whatever comes of the request.
    var quotaHeaders: [Reply.Header] = []
    /// The role of a login, where a quota depends on it.
    var loginRole = ""

    /// A class, as `Location` is, and for the same reason.
    private final class Received: Sendable {
        let request: IncomingRequest

        init(_ request: consuming IncomingRequest) { self.request = request }
    }

    var incoming: IncomingRequest { _read { yield received.request } }

    /// Where the path leads. A path without a handler is still authorised before anyone learns so.
    ///
    /// A class, because a request is copied on its way and this is the large part of it.
    final class Location: Sendable {
        let route: Route?
        let mount: MountReference
        let match: Result<PathTable.Match, EngineError>
        let storage: StorageView
        /// Relative to the mount.
        let rest: String
        let traits: PathTraits
        /// The engine is a part of the server itself.
        let isTrusted: Bool

        init(
            route: Route?, mount: MountReference, match: Result<PathTable.Match, EngineError>, storage: StorageView,
            rest: String
        ) {
            self.route = route
            self.mount = mount
            self.match = match
            self.storage = storage
            self.rest = rest
            if case .success(let match) = match { traits = match.place.path.traits } else { traits = PathTraits() }
            isTrusted = ["system", "token", "identity"].contains(mount.type)
        }
    }

    init(id: String, incoming: consuming IncomingRequest, core: Core) {
        self.id = id
        self.core = core
        operation = Self.operation(incoming.method)
        path = operation == .list || operation == .scan ? incoming.path.asFolder : incoming.path
        received = Received(incoming)
    }

    private static func operation(_ method: IncomingRequest.Method) -> CofferFramework.Operation {
        switch method {
        case .get: .read
        case .post: .update
        case .patch: .patch
        case .delete: .delete
        case .list: .list
        case .scan: .scan
        case .help: .help
        }
    }

    // MARK: stage 3, locate

    mutating func locate(in gate: Gate) throws(Denial) {
        guard let services = gate.services else {
            location = try locateWhenSealed()
            return
        }
        guard var hit = try find(services) else { return }
        if hit.route.entry.configuration.trimRequestTrailingSlashes, operation != .list, operation != .scan,
            hit.rest.utf8.last == UInt8(ascii: "/"),
            let trimmed = services.mounts.routes(in: namespace).find(path.withoutFinalSlashes.text)
        {
            // Trimmed before anyone decides on it: what is authorised is what is executed.
            path = path.withoutFinalSlashes
            hit = trimmed
        }
        let match = allowed(Self.match(hit.route.engine.paths, hit.rest, operation))
        location = Location(
            route: hit.route, mount: hit.route.mount, match: match, storage: hit.route.storage, rest: hit.rest)
        if visited != nil { try refuseLocked(services) }
    }

    /// Sealed: only `sys/` paths that are declared to answer in every state, or that the listener opens to everybody.
    private func locateWhenSealed() throws(Denial) -> Location {
        guard path.text.hasPrefix("sys/") else { throw core.isOpen ? .noLeader : .sealed }
        let rest = String(path.text.dropFirst(4))
        let match = Self.match(core.system, rest, operation)
        let mount = MountReference(
            path: "sys/", type: "system", accessor: "", uuid: "", options: [:],
            defaultTTL: core.configuration.defaultTTL, maximumTTL: core.configuration.maximumTTL, isAuth: false)
        let location = Location(
            route: nil, mount: mount, match: match, storage: StorageView(core.barrier, prefix: "sys/none/"),
            rest: rest)
        guard let traits = core.system.path(matching: rest)?.traits, traits.whenSealed || isOpened(traits) else {
            throw core.isOpen ? .localOnly : .sealed
        }
        return location
    }

    /// About this node, whether or not it leads.
    var isLocal: Bool { location?.traits.isLocalOnly == true }

    private static func match(
        _ table: PathTable, _ rest: String, _ operation: CofferFramework.Operation
    ) -> Result<PathTable.Match, EngineError> {
        if operation == .help {
            guard let path = table.path(matching: rest) else { return .failure(.unsupportedPath) }
            return .success(PathTable.Match(path: path, verb: HelpVerb.verb(for: path, at: rest), captures: []))
        }
        do throws(EngineError) {
            let match = try table.match(rest, operation)
            // A parameter that ends in a period is not a name (contract, status 404).
            if match.captures.contains(where: { $0.value.hasSuffix(".") }) { return .failure(.notFound) }
            return .success(match)
        } catch {
            return .failure(error)
        }
    }

    // MARK: stage 5, decode

    mutating func decode() async throws(Denial) {
        if isDecoded { return }
        isDecoded = true
        switch operation {
        case .read, .list, .scan, .delete, .help:
            fields = RequestData.fields(query: incoming.query)
            if operation == .delete && location?.traits.readsBodyOfDelete == true { try await addBody() }
        case .create, .update, .patch:
            if operation == .update && path.text.utf8.last == UInt8(ascii: "/") { throw .writeToFolder }
            if operation == .patch { try requireMergePatch() }
            if location?.traits.streamsBody == true { break }
            let body = try await readBody()
            if location?.traits.acceptsRawBody == true {
                rawBody = body
            } else {
                fields = try RequestData.fields(body: body, kind: incoming.bodyKind, limits: incoming.jsonLimits)
            }
        }
        replaceCapturedFields()
    }

    /// A field of the body wins over one of the query.
    private mutating func addBody() async throws(Denial) {
        let body = try await readBody()
        let more = try RequestData.fields(body: body, kind: incoming.bodyKind, limits: incoming.jsonLimits)
        for member in more.members { fields[member.key] = member.value }
    }

    private func requireMergePatch() throws(Denial) {
        switch incoming.bodyKind {
        case .mergePatch: return
        case .json: throw .wrongPatchType("application/json")
        case .form: throw .wrongPatchType("application/x-www-form-urlencoded")
        case .other(let type): throw .wrongPatchType(type)
        }
    }

    private mutating func readBody() async throws(Denial) -> [UInt8] {
        do {
            return try await incoming.readBody()
        } catch .tooLarge {
            throw .bodyTooLarge
        } catch .busy {
            quotaHeaders.append(Reply.Header("Retry-After", "1"))
            throw .busy
        } catch {
            throw .malformedBody
        }
    }

    /// A field that the URL names wins over one of the same name in the body.
    private mutating func replaceCapturedFields() {
        guard case .success(let match)? = location?.match, !match.verb.takesAnyField else { return }
        for capture in match.captures where fields[capture.name] != nil {
            fields[capture.name] = nil
            replacedFields.append(capture.name)
        }
    }
}
