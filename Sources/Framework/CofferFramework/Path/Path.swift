/// A path of an engine: everything about it, said once.
package struct Path: Sendable {
    package let pattern: PathPattern
    /// One line for `path-help` and OpenAPI.
    package let synopsis: String
    package let description: String
    /// Help for each capture of the pattern, by name.
    package let captures: [FieldDescriptor]
    package var verbs: [Verb]
    package var traits: PathTraits
    /// Tells create from update before the request is authorised; nil means every write is an update.
    package let exists: (@Sendable (Call) async throws -> Bool)?

    package init(
        _ pattern: String, _ synopsis: String, description: String = "", captures: [String: String] = [:],
        traits: PathTraits = PathTraits(), exists: (@Sendable (Call) async throws -> Bool)? = nil, _ verbs: [Verb]
    ) {
        self.pattern = PathPattern(pattern)
        self.synopsis = synopsis
        self.description = description
        self.captures = self.pattern.captureNames.map { name in
            FieldDescriptor(name: name, help: captures[name] ?? "", type: .string)
        }
        self.verbs = verbs
        self.traits = traits
        self.exists = exists
    }

    /// The same path with another way to do one operation.
    package func replacing(_ verb: Verb) -> Path {
        var copy = self
        copy.verbs = verbs.map { $0.operation == verb.operation ? verb : $0 }
        return copy
    }

    /// The same path in the root namespace only.
    package var inRootOnly: Path {
        var copy = self
        copy.traits.isRootOnly = true
        return copy
    }

    /// The verb for an operation; a create is served by the update verb.
    package func verb(for operation: Operation) -> Verb? { Self.verb(for: operation, among: verbs) }

    static func verb(for operation: Operation, among verbs: [Verb]) -> Verb? {
        let wanted = operation == .create ? Operation.update : operation
        return verbs.first { $0.operation == wanted }
    }
}

/// What is special about a path. The pipeline knows traits, never paths.
package struct PathTraits: Sendable {
    /// Operations that need no token.
    package var unauthenticated: Set<Operation> = []
    /// Operations that need `sudo` beside the ordinary capability.
    package var sudo: Set<Operation> = []
    /// Answered in every state: uninitialised, sealed, standby.
    package var whenSealed = false
    /// Every key of `data` is also copied to the top level (contract, "Doubled keys").
    package var isDoubled = false
    /// Issues a token or another credential: listed, and needs its own capability.
    package var mintsCredential = false
    /// Issues the token of a login.
    package var isLogin = false
    /// Answered by the node that was asked, never forwarded.
    package var isLocalOnly = false
    /// Operations that only read what is stored and what the pipeline knows: a standby may answer them itself.
    package var readOnStandby: Set<Operation> = []
    /// The body is handed over unparsed in `rawBody`.
    package var acceptsRawBody = false
    /// The body is not read before the handler takes it piece by piece (`body`), after the request was admitted.
    package var streamsBody = false
    /// A delete may carry its fields in a JSON body beside the query.
    package var readsBodyOfDelete = false
    /// The answer is never wrapped, even when the caller asked (the answer is bare or raw).
    package var isNeverWrapped = false
    /// A limited-use token may call this without spending a use (introspection by the wrapping code).
    package var spendsNoUse = false
    /// The request token is taken from the body when present (`sys/wrapping/unwrap`).
    package var isUnwrap = false
    /// Reads need no token where the listener's configuration names this opening.
    package var openedBy: String?
    /// About the whole server: there is no such path in a namespace below the root.
    package var isRootOnly = false
    /// Answered while its namespace is locked: the way out of the lock.
    package var worksWhenLocked = false
    /// Declared last, answers only what no other path has the shape of; not in the OpenAPI document.
    package var isFallback = false

    package init() {}

    package static func traits(_ change: (inout PathTraits) -> Void) -> PathTraits {
        var traits = PathTraits()
        change(&traits)
        return traits
    }
}
