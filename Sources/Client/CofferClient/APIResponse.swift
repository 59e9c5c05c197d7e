package import CofferJSON

/// What a server answered, whatever the status.
package struct APIResponse: Sendable {
    package let status: Int
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]
    /// Method and URL of the request, for error texts.
    package internal(set) var method = ""
    package internal(set) var url = ""

    init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of that name, case ignored.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body as a JSON object; nil for an empty body or another kind of value.
    package func object() throws(ClientError) -> JSONObject? {
        guard body.contains(where: { $0 > 32 }) else { return nil }
        do {
            return try JSON.parse(body, limits: .trusted).objectValue
        } catch {
            throw .malformed("the answer is not valid JSON")
        }
    }

    /// The error of a status outside 200…399; nil for a success.
    package var failure: ResponseError? {
        if (200..<400).contains(status) || (status == 429 && url.hasSuffix("/v1/sys/health")) { return nil }
        let object = try? JSON.parse(body, limits: .trusted).objectValue
        let errors = object.map { $0["errors"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
        return ResponseError(
            method: method, url: url, status: status, namespace: header("X-Vault-Namespace") ?? "",
            errors: errors ?? [String(decoding: body, as: UTF8.self)], isRaw: errors == nil)
    }
}
