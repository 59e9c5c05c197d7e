internal import CofferCore
internal import CofferFramework
internal import CofferJSON

/// Writes what the core answered: the one table from errors to status codes and texts.
enum ResponseWriter {
    static func response(_ answer: Answer) -> HTTPResponse {
        var response: HTTPResponse
        switch answer.content {
        case .empty: response = HTTPResponse(status: answer.status ?? 204)
        case .json(let json): response = self.json(json, status: answer.status ?? 200)
        case .raw(let contentType, let bytes):
            response = HTTPResponse(status: answer.status ?? 200, body: bytes)
            response.fields.add("Content-Type", contentType)
        case .stream(let contentType, let stream):
            response = HTTPResponse(status: answer.status ?? 200)
            response.stream = stream
            response.fields.add("Content-Type", contentType)
        case .failure(let error): response = json(.object(body(error)), status: answer.status ?? status(error.kind))
        }
        addFixedFields(to: &response)
        for header in answer.headers { response.fields.add(header.name, header.value) }
        if case .failure(let error) = answer.content, let seconds = error.retryAfter,
            response.fields["retry-after"] == nil
        {
            response.fields.add("Retry-After", "\(seconds)")
        }
        return response
    }

    static func refusal(_ refusal: RequestReader.Refusal) -> HTTPResponse {
        var response =
            refusal.errors.map { json(["errors": .strings($0)], status: refusal.status) }
            ?? HTTPResponse(status: refusal.status)
        addFixedFields(to: &response)
        return response
    }

    /// 204 with these fields.
    static func empty(_ fields: HTTPFields) -> HTTPResponse {
        var response = HTTPResponse(status: 204)
        addFixedFields(to: &response)
        for field in fields.list { response.fields.add(field.name, field.value) }
        return response
    }

    private static func addFixedFields(to response: inout HTTPResponse) {
        response.fields.add("Cache-Control", "no-store")
    }

    private static func json(_ json: JSON, status: Int) -> HTTPResponse {
        var writer = JSONWriter()
        writer.value(json)
        writer.lineFeed()
        var response = HTTPResponse(status: status, body: writer.bytes)
        response.fields.add("Content-Type", "application/json")
        return response
    }

    static func body(_ error: EngineError) -> JSONObject {
        var object = JSONObject()
        object.append("errors", .strings(error.isListed && !error.texts.isEmpty ? [error.joinedTexts] : error.texts))
        if let data = error.data { object.append("data", .object(data)) }
        return object
    }

    static func status(_ kind: EngineError.Kind) -> Int {
        switch kind {
        case .badRequest: 400
        case .denied: 403
        case .notFound, .unsupportedPath: 404
        case .unsupportedOperation: 405
        case .conflict: 409
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .tooManyRequests: 429
        case .internal: 500
        case .upstream: 502
        case .unavailable: 503
        }
    }
}
