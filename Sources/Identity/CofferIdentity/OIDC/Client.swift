internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// A relying party: `oidc/client/<name>`.
struct Client: Sendable {
    enum Kind: String, Sendable {
        case confidential
        /// Cannot keep a secret: proves itself by PKCE alone.
        case `public`
    }

    var key = NamedKeys.defaultName
    var redirectURIs: [String] = []
    var assignments: [String] = []
    var clientType = Kind.confidential.rawValue
    var idTokenTTL: Duration = .seconds(86_400)
    var accessTokenTTL: Duration = .seconds(86_400)
    var clientID = ""
    var clientSecret = ""

    var isPublic: Bool { clientType == Kind.public.rawValue }

    private static let fields: [Field<Client>] = [
        Field("key", \.key, "Name of the key that signs; cannot be changed."),
        Field("redirect_uris", \.redirectURIs, "Where a login may lead back to."),
        Field("assignments", \.assignments, "Assignments: who may log in."),
        Field("client_type", \.clientType, "confidential or public; cannot be changed."),
        Field("id_token_ttl", \.idTokenTTL, "How long an id token is valid."),
        Field("access_token_ttl", \.accessTokenTTL, "How long an access token is valid."),
    ]

    static func family(_ oidc: OIDC) -> RecordFamily<Client> {
        var family = RecordFamily(
            word: "client", noun: "client",
            stored: [
                Field("client_id", \.clientID, "Drawn once."),
                Field("client_secret", \.clientSecret, "Drawn once.").secret,
            ], input: fields
        ) { Client() }
        family.shown = { _, client in client.facts(withSecret: true) }
        family.info = { _, _, client in client.facts(withSecret: false) }
        family.changed = { oidc.forgetClients() }
        family.check = { call, _, client, old in
            try await client.complete(call, old, oidc)
            return []
        }
        return family
    }

    private func facts(withSecret: Bool) -> JSONObject {
        var object: JSONObject = [
            "access_token_ttl": accessTokenTTL.wire, "assignments": .strings(assignments),
            "client_id": .string(clientID), "client_type": .string(clientType), "id_token_ttl": idTokenTTL.wire,
            "key": .string(key), "redirect_uris": .strings(redirectURIs),
        ]
        if withSecret && !isPublic { object["client_secret"] = .string(clientSecret) }
        return object.sortedByKey
    }

    private mutating func complete(_ call: Call, _ old: Client?, _ oidc: OIDC) async throws {
        if let old {
            if old.key != key { throw OIDCTexts.clientKeyFixed }
            if old.clientType != clientType { throw OIDCTexts.clientTypeFixed }
        }
        guard Kind(rawValue: clientType) != nil else { throw OIDCTexts.badClientType }
        guard let signer = try await oidc.keys.load(key, from: call.storage) else { throw OIDCTexts.clientUnknownKey }
        if idTokenTTL > signer.verificationTTL { throw OIDCTexts.clientTTL }
        for name in assignments where try await oidc.assignments.load(name, from: call.storage) == nil {
            throw OIDCTexts.unknownAssignment
        }
        guard redirectURIs.allSatisfy({ RedirectURI($0) != nil }) else { throw OIDCTexts.badRedirect }
        if clientID.isEmpty {
            clientID = try call.random.base62(32)
            if !isPublic { clientSecret = "hvo_secret_" + (try call.random.base62(64)) }
        }
        if signer.current.id.isEmpty { _ = try await oidc.keys.ready(key, in: call.storage) }
    }

    /// Whether a login may lead back there: an exact match, but for the port of a loopback address (RFC 8252 §7.3).
    func mayRedirect(to text: String) -> Bool {
        guard let wanted = RedirectURI(text) else { return false }
        return redirectURIs.contains { known in
            sameBytes(known, text) || (RedirectURI(known).map { wanted.differsInLoopbackPort(from: $0) } ?? false)
        }
    }
}

/// A place that a login leads back to, cut into what comes before the port and what comes after it.
struct RedirectURI: Sendable {
    private let text: String
    private let head: String
    private let tail: String
    private let isLoopback: Bool

    /// Nil when it is relative, has a fragment, or holds what no URI holds.
    init?(_ text: String) {
        guard text.utf8.count <= 4096, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "#") }),
            let colon = text.firstIndex(of: ":"), colon > text.startIndex,
            text[..<colon].utf8.allSatisfy({ Self.isSchemeByte($0) })
        else { return nil }
        self.text = text
        let loopback = ["http://127.0.0.1", "http://[::1]"].first { text.hasPrefix($0) }
        guard let loopback else {
            (head, tail, isLoopback) = (text, "", false)
            return
        }
        var rest = text.dropFirst(loopback.count)
        if rest.first == ":" { rest = rest.dropFirst().drop { $0.isASCII && $0.isNumber } }
        head = loopback
        tail = String(rest)
        isLoopback = rest.isEmpty || rest.first == "/" || rest.first == "?"
    }

    private static func isSchemeByte(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    func differsInLoopbackPort(from other: RedirectURI) -> Bool {
        isLoopback && other.isLoopback && sameBytes(head, other.head) && sameBytes(tail, other.tail)
    }
}
