package import CofferBase
package import CofferJSON
package import CofferStorage

/// One admitted request as an engine's handler sees it.
package struct Call: Sendable {
    /// UUID of the request, the same in both audit entries.
    package let id: String
    package var operation: Operation
    /// Relative to the mount, as matched.
    package var path: String
    package let mount: MountReference
    package let namespace: NamespaceReference
    /// Nil on a public path that was called without a token.
    package let caller: Caller?
    package let origin: Origin
    /// The engine's own part of the barrier.
    package let storage: StorageView
    package let clock: any WallClock
    package let random: RandomSource
    /// Request data: JSON body, form, or query parameters.
    package var fields: JSONObject
    /// What the path pattern captured, by name.
    package var captures: [Capture]
    /// Set when the caller asked for a wrapped answer.
    package var wrapTTL: Duration?
    /// Whether the caller asked for the JWT form of a wrapping token.
    package var wrapFormat: String?
    /// The raw body for paths that take one (`acceptsRawBody`); empty otherwise.
    package var rawBody: [UInt8]
    /// The body of a path that takes it piece by piece (`streamsBody`); nil for every other path.
    package var body: ByteStream?
    /// Request headers that the mount lets through, lower-case names.
    package var headers: [String: String]
    /// What answers to anybody leave out on the listener that the call came by.
    package var redactions: Set<Redaction> = []
    /// Only for the server's own engines (system, token, identity); nil for every other engine.
    package var clientToken: String?
    /// Where that token is stored, when it was accepted.
    package var clientTokenKey: String?
    /// Whether the caller may list or scan a folder (relative to the mount, ending in `/`). Set for lists and scans.
    package var mayList: @Sendable (_ folder: String) -> Bool = { _ in true }

    package enum Redaction: Sendable { case addresses, clusterName, version }

    package struct Capture: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        id: String, operation: Operation, path: String, mount: MountReference, namespace: NamespaceReference,
        caller: Caller?, origin: Origin, storage: StorageView, clock: any WallClock, random: RandomSource,
        fields: JSONObject, captures: [Capture] = [], wrapTTL: Duration? = nil, wrapFormat: String? = nil,
        rawBody: [UInt8] = [], headers: [String: String] = [:], clientToken: String? = nil
    ) {
        self.id = id
        self.operation = operation
        self.path = path
        self.mount = mount
        self.namespace = namespace
        self.caller = caller
        self.origin = origin
        self.storage = storage
        self.clock = clock
        self.random = random
        self.fields = fields
        self.captures = captures
        self.wrapTTL = wrapTTL
        self.wrapFormat = wrapFormat
        self.rawBody = rawBody
        self.headers = headers
        self.clientToken = clientToken
    }

    package var now: Timestamp { clock.now }

    /// The text captured under `name`; empty when an optional part was absent.
    package func capture(_ name: String) -> String {
        captures.first { $0.name == name }?.value ?? ""
    }
}
