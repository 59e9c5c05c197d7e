internal import CofferBase
internal import CofferFramework
internal import CofferStorage
internal import TokenService

/// The note that requests of the configuration are to be made: how many were.
enum InitialRequestsNote {
    static let path: StorageKey = "core/self-initialization"
}

extension Core {
    private func noteView() throws(EngineError) -> StorageView {
        guard let services else { throw .unavailable("Vault is sealed") }
        return StorageView(services.barrier, prefix: "")
    }

    /// Where to go on; nil when there is nothing to be made.
    package func initialRequests() async throws -> Int? {
        guard let note = try await noteView().get(InitialRequestsNote.path) else { return nil }
        return Int(String(decoding: note, as: UTF8.self)) ?? 0
    }

    package func noteInitialRequests(next: Int) async throws {
        try await noteView().put(InitialRequestsNote.path, Array("\(next)".utf8))
    }

    /// A root token for the requests; nobody else ever learns it.
    package func beginInitialRequests() async throws -> String {
        guard let services else { throw EngineError.unavailable("Vault is sealed") }
        return try await services.tokens.issueRoot(id: nil, maximumTTL: configuration.maximumTTL)
    }

    /// Ends the token; only then is the work done.
    package func endInitialRequests(_ token: String) async throws {
        guard let path = try? CanonicalPath(rawPath: "auth/token/revoke-self") else { return }
        var request = IncomingRequest(method: .post, path: path, origin: Origin(remoteAddress: "", remotePort: 0))
        request.token = token
        if case .failure(let error) = await serve(request).content { throw error }
        try await noteView().delete(InitialRequestsNote.path)
    }
}
