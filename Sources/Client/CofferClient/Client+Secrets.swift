package import CofferJSON

extension Client {
    /// What is at `path`; nil when nothing is.
    package func read(
        _ path: String, query: [(name: String, value: String)] = [], isPreparation: Bool = false
    ) async throws(ClientError) -> Secret? {
        var request = APIRequest(.get, path, query: query)
        request.isPreparation = isPreparation
        return try await send(request).secretUnlessMissing()
    }

    /// The keys below `path`; nil when there are none.
    package func list(
        _ path: String, query: [(name: String, value: String)] = []
    ) async throws(ClientError) -> Secret? {
        try await send(.list(path, query: query)).secretUnlessMissing()
    }

    /// The answer to a write; nil when it says nothing.
    package func write(_ path: String, _ body: JSON?) async throws(ClientError) -> Secret? {
        try await call(APIRequest(.put, path, body: body)).secret()
    }

    /// The answer to a merge patch (RFC 7396); nil when it says nothing.
    package func patch(_ path: String, _ body: JSON) async throws(ClientError) -> Secret? {
        try await call(.mergePatch(path, body)).secret()
    }

    /// The answer to a removal; nil when it says nothing.
    package func delete(
        _ path: String, query: [(name: String, value: String)] = []
    ) async throws(ClientError) -> Secret? {
        try await call(APIRequest(.delete, path, query: query)).secret()
    }

    /// What the wrapping token holds; with an empty token, what the client's own token holds.
    package func unwrap(_ token: String) async throws(ClientError) -> Secret? {
        var client = self
        var body: JSON?
        if !token.isEmpty {
            if configuration.token.isEmpty {
                client.configuration.token = token
            } else if configuration.token.utf8.elementsEqual(token.utf8) == false {
                body = ["token": .string(token)]
            }
        }
        // The reference sends the word null where there is nothing to say.
        return try await client.send(APIRequest(.put, "sys/wrapping/unwrap", body: body ?? .null)).secretUnlessMissing()
    }
}
