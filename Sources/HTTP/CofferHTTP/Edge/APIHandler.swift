package import CofferBase
package import CofferCore
internal import Logging
internal import Synchronization

/// The `/v1` API over HTTP: reads requests for the core, and writes its answers.
package struct APIHandler: Sendable {
    private let core: Core
    /// Nil: requests are answered here or not at all.
    private let forwarder: Forwarder?
    private let limits: RequestReader.Limits
    /// Replaced while the server runs.
    package let headers: Snapshot<ResponseHeaders>

    package init(
        core: Core, limits: RequestReader.Limits = RequestReader.Limits(), headers: ResponseHeaders = ResponseHeaders(),
        forwarder: Forwarder? = nil
    ) {
        self.forwarder = forwarder
        self.core = core
        self.limits = limits
        self.headers = Snapshot(headers)
    }

    package func handle(_ request: HTTPRequest) async -> HTTPResponse {
        var response: HTTPResponse
        do throws(RequestReader.Refusal) {
            if let client = try client(of: request) {
                var moved = request
                moved.connection.remoteAddress = client
                response = await judged(moved)
            } else {
                response = await judged(request)
            }
        } catch {
            response = ResponseWriter.refusal(error)
        }
        headers.value.add(to: &response)
        return response
    }

    /// From where the request really comes, if not from its connection. Refuses what lacks what this listener wants.
    private func client(of request: HTTPRequest) throws(RequestReader.Refusal) -> String? {
        let client = try limits.forwardedFor?.client(request)
        if limits.requiresRequestHeader, request.fields["x-vault-request"] != "true" {
            throw RequestReader.Refusal(412, ["missing \"X-Vault-Request\" header"])
        }
        return client
    }

    private func judged(_ request: HTTPRequest) async -> HTTPResponse {
        switch CORSEdge.judge(request, core.controls.cors.value) {
        case .unconcerned: return await serve(request)
        case .refused: return ResponseWriter.refusal(RequestReader.Refusal(403, ["origin not allowed"]))
        case .preflight(let fields): return ResponseWriter.empty(fields)
        case .allowed(let fields):
            var response = await serve(request)
            for field in fields.list { response.fields.add(field.name, field.value) }
            return response
        }
    }

    /// With the names that Vault gives to these values.
    private func note(
        _ request: HTTPRequest, _ id: String, _ status: Int, _ start: Timestamp, _ level: Logger.Level
    ) {
        let milliseconds = Double((core.clock.now - start).wholeNanoseconds) / 1e6
        core.log.log(
            level: level, "completed_request",
            metadata: [
                "client_address": "\(request.connection.remoteAddress):\(request.connection.remotePort)",
                "duration": "\(milliseconds)ms", "request_id": "\(id)", "request_method": "\(request.method)",
                "request_path": "\(request.path)", "start_time": "\(start.rfc3339)", "status_code": "\(status)",
            ])
    }

    private static let draining = RequestReader.Refusal(503, ["the server is stopping"])

    private func serve(_ request: HTTPRequest) async -> HTTPResponse {
        var response: HTTPResponse
        do throws(RequestReader.Refusal) {
            if core.controls.isDraining.load(ordering: .sequentiallyConsistent) { throw Self.draining }
            let incoming = try RequestReader.incoming(request, limits)
            let level = core.configuration.requestsLogLevel
            let start = level.map { _ in core.clock.now }
            let answer: Answer
            if let forwarder, let forwarding = core.forwarding(of: incoming) {
                guard let own = await core.answerAsStandby(incoming) else {
                    return await forwarder.answer(request, forwarding, limits)
                }
                answer = own
            } else {
                answer = await core.serve(consume incoming)
            }
            response = ResponseWriter.response(answer)
            if let level, let start { note(request, answer.requestID, response.status, start, level) }
        } catch {
            response = ResponseWriter.refusal(error)
        }
        core.meters.answered(response.status)
        if let namespace = request.fields["x-vault-namespace"] { response.fields.add("X-Vault-Namespace", namespace) }
        return response
    }
}
