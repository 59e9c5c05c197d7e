internal import Catalog
internal import CofferBarrier
internal import CofferBase
package import CofferCore
package import CofferFramework
package import CofferHTTP
internal import CofferIdentity
package import CofferJSON
package import CofferStorage
internal import CofferSystem
internal import LeaseService
internal import Logging
internal import MemoryStorage
internal import MountService
package import TestSupport

/// A whole server over memory, asked through its HTTP edge without a socket.
package struct ServerHarness: Sendable {
    package let core: Core
    package let storage: any Storage
    package let clock: ManualClock
    /// Where devices of type `recording` write.
    package let audit: RecordingAudit
    /// Where devices of type `recording-too` write.
    package let secondAudit: RecordingAudit
    private let handler: APIHandler
    private var shares: [SecretBytes] = []

    /// What `PathTableValidator` has against the paths of a mount.
    package func declarationMistakes(_ mount: String) -> [String] {
        guard let route = core.services?.mounts.routes[mount] else { return ["nothing is mounted there"] }
        return PathTableValidator.findings(in: route.engine.paths, named: mount)
    }

    /// Returns when the lease reaper has done all that is due, and sleeps no longer than until the next expiry.
    package func settle() async throws {
        while let services = core.services {
            await clock.waitForSleepers(2)
            let next = try await services.leases.nextExpiry()
            if let deadline = clock.nextDeadline, next.map({ deadline <= $0 }) ?? true { return }
            await Task.yield()
        }
    }

    /// Changes entries behind the services' back.
    package func change(_ changes: [StorageKey: WriteBatch.Change]) async throws {
        var batch = WriteBatch(epoch: core.barrier.epoch)
        batch.changes = changes
        try await core.barrier.commit(batch)
    }

    /// Sealed and not initialised, unless the storage holds a server.
    /// - Parameters:
    ///   - engines: kinds beside those of the catalogue.
    ///   - configure: changes what the server is told before it starts.
    package init(
        storage: any Storage = MemoryStorage(), clock: ManualClock = ManualClock(), engines: [EngineKind] = [],
        cluster: Cluster? = nil, configure: (inout CoreConfiguration) -> Void = { _ in }
    ) {
        self.storage = storage
        self.clock = clock
        let (audit, secondAudit) = (RecordingAudit(), RecordingAudit())
        self.audit = audit
        self.secondAudit = secondAudit
        let own = Snapshot<Core?>(nil)
        var configuration = CoreConfiguration()
        configuration.engines =
            Catalogue.engines + engines + SystemEngine.kinds { own.value }
            + IdentityEngine.kinds { own.value }
        configuration.auditDevices =
            Catalogue.auditDevices
            + [
                AuditDeviceKind(type: "recording") { (_: [String: String]) throws(EngineError) in audit },
                AuditDeviceKind(type: "recording-too") { (_: [String: String]) throws(EngineError) in secondAudit },
            ]
        configure(&configuration)
        var log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        log.logLevel = .critical
        core = Core(
            configuration: configuration, storage: storage, clock: clock, random: .system, log: log, cluster: cluster)
        own.replace(with: core)
        core.install(system: SystemEngine(core: core).paths)
        let made = core
        handler = APIHandler(core: core, forwarder: cluster.map { _ in Forwarder(port: nil, core: made, log: log) })
    }

    /// Initialised with one share, unsealed, with root token `root`, and kv version 2 at `secret/`.
    package static func unsealed(
        storage: any Storage = MemoryStorage(), engines: [EngineKind] = [],
        configure: (inout CoreConfiguration) -> Void = { _ in }
    ) async throws -> ServerHarness {
        var server = ServerHarness(storage: storage, engines: engines, configure: configure)
        let made = try await server.core.initialize(
            InitializationPlan(SealConfiguration(shares: 1, threshold: 1), rootTokenID: "root"))
        server.shares = made.shares
        for share in made.shares { try await server.core.unseal(with: share) }
        try await server.ok("POST", "sys/mounts/secret", ["type": "kv", "options": ["version": "2"]])
        return server
    }

    /// Seals and unseals: nothing is left but what is stored.
    package func reopen() async throws {
        await core.sealNow()
        for share in shares { try await core.unseal(with: share) }
    }

    /// Sends one request.
    /// - Parameters:
    ///   - path: after `/v1/`, percent-encoded.
    ///   - token: nil sends none.
    package func send(
        _ method: String, _ path: String, _ body: JSON? = nil, token: String? = "root", query: String? = nil,
        headers: [(String, String)] = []
    ) async -> ServerAnswer {
        await send(method, path, bytes: body?.serialized() ?? [], token: token, query: query, headers: headers)
    }

    package func send(
        _ method: String, _ path: String, bytes: [UInt8], token: String? = "root", query: String? = nil,
        headers: [(String, String)] = []
    ) async -> ServerAnswer {
        var fields = HTTPFields()
        if let token { fields.add("X-Vault-Token", token) }
        for (name, value) in headers { fields.add(name, value) }
        let body = HTTPBody(received: bytes)
        var connection = ConnectionInfo()
        connection.remoteAddress = "127.0.0.1"
        let request = HTTPRequest(
            method: method, path: "/v1/" + path, query: query, fields: fields, connection: connection, body: body)
        return await answer(request)
    }

    /// The same for a request that a test makes by itself, its body included.
    package func answer(_ request: HTTPRequest) async -> ServerAnswer { ServerAnswer(await handler.handle(request)) }

    /// The same, for steps that must succeed.
    @discardableResult
    package func ok(
        _ method: String, _ path: String, _ body: JSON? = nil, token: String? = "root"
    ) async throws -> ServerAnswer {
        let answer = await send(method, path, body, token: token)
        guard answer.status < 300 else { throw UnexpectedAnswer(request: "\(method) \(path)", answer: answer.text) }
        return answer
    }

    /// A service token with these policies.
    package func token(_ policies: [String], _ more: JSONObject = [:]) async throws -> String {
        var body = more
        body["policies"] = .strings(policies)
        let answer = try await ok("POST", "auth/token/create", .object(body))
        return answer["auth"]?["client_token"]?.stringValue ?? ""
    }

    package func policy(_ name: String, _ text: String) async throws {
        try await ok("PUT", "sys/policies/acl/" + name, ["policy": .string(text)])
    }
}

/// A step of a test that should have succeeded did not.
package struct UnexpectedAnswer: Error, CustomStringConvertible {
    let request: String
    let answer: String
    package var description: String { "\(request) answered \(answer)" }
}

/// What came back.
package struct ServerAnswer: Sendable {
    package let status: Int
    package let text: String
    package let json: JSON?
    package let fields: HTTPFields
    /// Not read; nil for an answer of one piece.
    package let stream: ByteStream?

    init(_ response: HTTPResponse) {
        status = response.status
        text = String(decoding: response.body, as: UTF8.self)
        json = try? JSON.parse(response.body)
        fields = response.fields
        stream = response.stream
    }

    package subscript(key: String) -> JSON? { json?[key] }
    package var data: JSON? { json?["data"] }
    /// The texts of an error answer; empty for success too.
    package var errors: [String] { json?["errors"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
    package var keys: [String] { data?["keys"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
}
