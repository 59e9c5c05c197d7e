internal import CofferBase
package import CofferCore

/// The `/v1` API over HTTP: reads requests for the core, and writes its answers.
package struct APIHandler: Sendable {
    private let core: Core
    private let limits: RequestReader.Limits

    package init(core: Core, limits: RequestReader.Limits = RequestReader.Limits()) {
        self.core = core
        self.limits = limits
    }

    package func handle(_ request: HTTPRequest) async -> HTTPResponse {
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

    private func serve(_ request: HTTPRequest) async -> HTTPResponse {
        var response: HTTPResponse
        do throws(RequestReader.Refusal) {
            let incoming = try RequestReader.incoming(request, limits)
            response = ResponseWriter.response(await core.serve(incoming))
        } catch {
            response = ResponseWriter.refusal(error)
        }
        core.meters.answered(response.status)
        if let namespace = request.fields["x-vault-namespace"] { response.fields.add("X-Vault-Namespace", namespace) }
        return response
    }
}
