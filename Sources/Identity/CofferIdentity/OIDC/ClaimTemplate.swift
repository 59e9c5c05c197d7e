internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// Claims as a template in JSON, whose `{{…}}` stand for whole values.
struct ClaimTemplate: Sendable {
    private enum Piece: Sendable {
        case literal(String)
        case identity(IdentityVariable)
        /// Seconds from now.
        case time(Duration)
    }

    static let requiredClaims = ["iat", "aud", "exp", "iss", "sub", "namespace"]
    static let reservedClaims = requiredClaims + ["nonce", "auth_time", "at_hash", "c_hash"]

    private let pieces: [Piece]

    /// - Parameter text: JSON, or base64 of it; empty makes no claims.
    init(_ text: String) throws(EngineError) {
        let decoded = Base64.standard.decode(text).flatMap { String(validating: $0, as: UTF8.self) }
        var rest = (decoded ?? text)[...]
        var pieces: [Piece] = []
        while let open = rest.firstRange(of: "{{") {
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else { throw OIDCTexts.badTemplate }
            pieces.append(.literal(String(rest[..<open.lowerBound])))
            pieces.append(try Self.variable(rest[open.upperBound..<close.lowerBound].filter { !$0.isWhitespace }))
            rest = rest[close.upperBound...]
        }
        pieces.append(.literal(String(rest)))
        self.pieces = pieces
    }

    private static func variable(_ name: String) throws(EngineError) -> Piece {
        if let variable = IdentityVariable(name) { return .identity(variable) }
        if name == "time.now" { return .time(.zero) }
        for (prefix, sign) in [("time.now.plus.", 1), ("time.now.minus.", -1)] where name.hasPrefix(prefix) {
            if let offset = GoDuration.parse(name.dropFirst(prefix.count)) { return .time(offset * sign) }
        }
        throw OIDCTexts.badTemplate
    }

    /// Refuses a template that makes no JSON object, or one with claims that are the server's.
    func check(without restricted: [String]) throws(EngineError) {
        let empty = IdentityView(entityID: "", entityName: "", metadata: [:], aliases: [], groups: [])
        let claims = try claims(of: empty, at: Timestamp(seconds: 0))
        if claims.keys.contains(where: restricted.contains) { throw OIDCTexts.reservedClaim(restricted) }
    }

    /// Top-level names of the claims.
    func names() throws(EngineError) -> [String] {
        let empty = IdentityView(entityID: "", entityName: "", metadata: [:], aliases: [], groups: [])
        return try claims(of: empty, at: Timestamp(seconds: 0)).keys
    }

    func claims(of view: IdentityView, at now: Timestamp) throws(EngineError) -> JSONObject {
        var text = ""
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += literal
            case .time(let offset): text += String((now + offset).seconds)
            // Encoded as a value: data never becomes structure.
            case .identity(let variable): text += (variable.value(in: view) ?? variable.absent).text
            }
        }
        if text.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x0a || $0 == 0x09 || $0 == 0x0d }) { return [:] }
        do {
            return try JSON.parseObject(text.utf8, limits: JSONLimits())
        } catch {
            throw OIDCTexts.badTemplate
        }
    }
}

extension IdentityVariable {
    /// What stands for a part that the identity lacks.
    fileprivate var absent: JSON {
        switch self {
        case .entityMetadata(nil), .alias(_, .metadata(nil)), .alias(_, .customMetadata(nil)),
            .groupByID(_, .metadata(nil)):
            [:]
        case .groupNames, .groupIDs: []
        default: ""
        }
    }
}
