internal import CofferBase
internal import CofferCore
internal import CofferFramework

/// One share for an operation that several people do together.
struct ShareInput: Sendable {
    var key = ""
    var nonce = ""

    static let schema = Schema<ShareInput>(
        { ShareInput() },
        [
            Field("key", \.key, "One share, in hexadecimal or base64.").secret,
            Field("nonce", \.nonce, "The nonce that the beginning of the operation answered."),
        ])

    /// - Throws: `badRequest` when there is none or it cannot be read.
    func share() throws(EngineError) -> SecretBytes {
        if key.isEmpty { throw .badRequest("'key' must be specified in request body as JSON") }
        guard var bytes = Hex.decode(key) ?? Base64.standard.decode(key) else {
            throw .badRequest("'key' must be a valid hex or base64 string")
        }
        defer { zero(&bytes) }
        return SecretBytes(copying: bytes)
    }
}

/// The nonce of an operation, for cancelling it.
struct NonceInput: Sendable {
    var nonce = ""

    static let schema = Schema<NonceInput>(
        { NonceInput() }, [Field("nonce", \.nonce, "The nonce of the operation in progress.")])
}

/// Who may call the paths of an operation with shares.
enum CeremonyTraits {
    /// Paths that begin and cancel: with `sudo`, unless the family is open to everyone from its beginning.
    static func beginning(_ family: UnauthenticatedFamily, _ core: Core) -> PathTraits {
        var traits = going(family, core)
        if core.configuration.isBegunUnauthenticated(family) { return traits }
        traits.unauthenticated.formIntersection([.read])
        traits.sudo = [.update, .delete]
        return traits
    }

    /// Paths that take shares or tell progress: with the ordinary capability, unless open to everyone.
    static func going(_ family: UnauthenticatedFamily, _ core: Core) -> PathTraits {
        .traits {
            if core.configuration.isUnauthenticated(family) { $0.unauthenticated = [.read, .update, .delete] }
            $0.isNeverWrapped = true
            $0.readsBodyOfDelete = true
        }
    }
}
