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
        var response: HTTPResponse
        do throws(RequestReader.Refusal) {
            let incoming = try RequestReader.incoming(request, limits)
            response = ResponseWriter.response(await core.serve(incoming))
        } catch {
            response = ResponseWriter.refusal(error)
        }
        if let namespace = request.fields["x-vault-namespace"] { response.fields.add("X-Vault-Namespace", namespace) }
        return response
    }
}
