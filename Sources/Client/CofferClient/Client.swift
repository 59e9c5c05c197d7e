internal import CofferBase

/// A client of the HTTP API: adds address, token and headers, repeats what may be repeated.
package struct Client: Sendable {
    /// What is made of a request instead of sending it.
    package enum Description: Sendable { case curl, policy }

    package var configuration: ClientConfiguration
    package let address: ServerAddress
    package var description: Description?
    let transport: HTTPTransport

    package init(_ configuration: ClientConfiguration) throws(ClientError) {
        self.configuration = configuration
        address = try ServerAddress(configuration.address)
        transport = try HTTPTransport(configuration, address: address)
    }

    /// The answer, whatever its status.
    /// - Throws: `.transport` when there was none, `.described` when the request is to be shown only.
    package func send(_ request: APIRequest) async throws(ClientError) -> APIResponse {
        let target = request.target(below: address.basePath)
        let headers = headers(for: request)
        if let description, !request.isPreparation {
            throw .described(text(description, of: request, target: target, headers: headers))
        }
        if let limit = configuration.rateLimit {
            let clock = SystemClock()
            // A cancelled wait ends the request at its next step.
            try? await clock.sleep(until: clock.now + limit.wait(at: clock.now))
        }
        let answer = try await exchange(transport, request, target, headers)
        guard configuration.followsRedirects, let moved = try redirect(of: answer) else { return answer }
        return try await exchange(moved.transport, request, moved.target, headers)
    }

    /// The answer of a success.
    package func call(_ request: APIRequest) async throws(ClientError) -> APIResponse {
        let answer = try await send(request)
        if let failure = answer.failure { throw .response(failure) }
        return answer
    }

    /// Hands on the answer of a success as it comes, until the server ends it or `limit` is over.
    package func stream(
        _ request: APIRequest, limit: Duration, onPart: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(ClientError) {
        let target = request.target(below: address.basePath)
        let headers = headers(for: request)
        if let description {
            throw .described(text(description, of: request, target: target, headers: headers))
        }
        var answer: APIResponse
        do {
            answer = try await transport.send(
                method: request.method.rawValue, target: target, headers: headers, body: request.body, limit: limit,
                onPart: onPart)
        } catch ResponseCollector.Failure.timedOut where limit > .zero {
            return
        } catch {
            let url = transport.address.origin + target
            throw .transport("Get \"\(url)\": \(TransportFailure.text(error, address: transport.address))")
        }
        answer.method = request.method.rawValue
        answer.url = transport.address.origin + target
        if let failure = answer.failure { throw .response(failure) }
    }

    private func exchange(
        _ transport: HTTPTransport, _ request: APIRequest, _ target: String,
        _ headers: [(name: String, value: String)]
    ) async throws(ClientError) -> APIResponse {
        let url = transport.address.origin + target
        var attempt = 0
        while true {
            let isLast = attempt >= configuration.retries
            do {
                var answer = try await transport.send(
                    method: request.method.rawValue, target: target, headers: headers, body: request.body)
                answer.method = request.method.rawValue
                answer.url = url
                if isLast || !Retry.isWorthwhile(answer.status) { return answer }
                await Retry.pause(attempt, after: answer)
            } catch {
                if isLast || !Retry.isWorthwhile(error) {
                    let verb = request.method.rawValue.prefix(1) + request.method.rawValue.dropFirst().lowercased()
                    throw .transport("\(verb) \"\(url)\": \(TransportFailure.text(error, address: transport.address))")
                }
                await Retry.pause(attempt, after: nil)
            }
            attempt += 1
        }
    }

    func headers(for request: APIRequest) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = [("X-Vault-Request", "true")]
        if !configuration.token.isEmpty { headers.append(("X-Vault-Token", configuration.token)) }
        if !configuration.namespace.isEmpty { headers.append(("X-Vault-Namespace", configuration.namespace)) }
        let wrapTTL = wrapTTL(for: request)
        if !wrapTTL.isEmpty { headers.append(("X-Vault-Wrap-TTL", wrapTTL)) }
        headers += configuration.secondFactors.map { ("X-Vault-MFA", $0) }
        if let contentType = request.contentType { headers.append(("Content-Type", contentType)) }
        return headers + configuration.headers
    }

    private func wrapTTL(for request: APIRequest) -> String {
        if request.isPreparation { return "" }
        if !configuration.wrapTTL.isEmpty { return configuration.wrapTTL }
        let writes = request.method == .put || request.method == .post
        return writes && request.path == "sys/wrapping/wrap" ? "5m" : ""
    }

    func text(
        _ description: Description, of request: APIRequest, target: String, headers: [(name: String, value: String)]
    ) -> String {
        switch description {
        case .curl: RequestText.curl(request, url: address.origin + target, headers: headers, tls: configuration.tls)
        case .policy: RequestText.policy(request)
        }
    }

    /// Where an answer sends the request; a step from https to http is refused, since it would show the token.
    private func redirect(of answer: APIResponse) throws(ClientError) -> (transport: HTTPTransport, target: String)? {
        guard [301, 302, 307, 308].contains(answer.status), let location = answer.header("Location") else {
            return nil
        }
        if location.hasPrefix("/") { return (transport, location) }
        let other = try ServerAddress(location)
        if address.scheme == .https, other.scheme != .https {
            throw .transport("redirect would cause protocol downgrade")
        }
        let target = String(location.dropFirst(other.origin.count))
        return (try HTTPTransport(configuration, address: other), target.isEmpty ? "/" : target)
    }
}
