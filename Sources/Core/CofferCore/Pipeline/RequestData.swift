internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// Turns query strings, forms and JSON bodies into request data.
enum RequestData {
    /// Query parameters; repeated names become a list. `help` and `list` are the wire's own.
    static func fields(query: [(name: String, value: String)]) -> JSONObject {
        var object = JSONObject()
        for (name, value) in query where name != "help" && name != "list" && name != "scan" {
            switch object[name] {
            case nil: object[name] = .string(value)
            case .array(let items)?: object[name] = .array(items + [.string(value)])
            case let first?: object[name] = .array([first, .string(value)])
            }
        }
        return object
    }

    /// A body as an object. An empty body is valid.
    static func fields(
        body: [UInt8], kind: IncomingRequest.BodyKind, limits: JSONLimits
    ) throws(Denial) -> JSONObject {
        let first = body.first { !($0 == 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d) }
        guard let first else { return [:] }
        let looksLikeJSON = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        if kind == .form && !looksLikeJSON { return try form(body) }
        // What the official client sends for "no fields".
        if body.elementsEqual("null".utf8) || body.elementsEqual("null\n".utf8) { return [:] }
        do {
            return try JSON.parseObject(body, limits: limits)
        } catch {
            throw .malformedBody
        }
    }

    /// `application/x-www-form-urlencoded`; repeated keys are joined with commas.
    private static func form(_ body: [UInt8]) throws(Denial) -> JSONObject {
        guard let pairs = QueryString.parse(body) else { throw .malformedBody }
        var object = JSONObject()
        for (name, value) in pairs {
            if let first = object[name]?.stringValue {
                object[name] = .string(first + "," + value)
            } else {
                object[name] = .string(value)
            }
        }
        return object
    }
}
