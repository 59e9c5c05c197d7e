internal import CofferJSON

/// One operation of an OpenAPI path item.
struct OpenAPIOperation {
    private let verb: Verb
    private let id: String
    private let tag: String
    private let isAlsoScanned: Bool

    init(_ verb: Verb, idPrefix: String, idSuffix: String, tag: String, isAlsoScanned: Bool) {
        self.verb = verb
        id = [idPrefix, verb.id, idSuffix].filter { !$0.isEmpty }.joined(separator: "-")
        self.tag = tag
        self.isAlsoScanned = isAlsoScanned
    }

    /// The key of the path item.
    var method: String {
        switch verb.operation {
        case .read, .list, .scan, .help: "get"
        case .create, .update: "post"
        case .patch: "patch"
        case .delete: "delete"
        }
    }

    var object: JSONObject {
        var object = JSONObject()
        if !verb.summary.isEmpty { object.append("summary", .string(verb.summary)) }
        object.append("operationId", .string(id))
        object.append("tags", [.string(tag)])
        let parameters = queryParameters
        if !parameters.isEmpty { object.append("parameters", .array(parameters)) }
        if let body = requestBody { object.append("requestBody", body) }
        object.append("responses", response)
        return object
    }

    /// `KvV2WriteRequest` for `kv-v2-write`.
    var requestSchemaName: String {
        id.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() + "Request"
    }

    /// Nil when the body is absent or free-form.
    var requestSchema: JSONObject? {
        let fields = bodyFields.sorted { $0.name < $1.name }
        if fields.isEmpty { return nil }
        var properties = JSONObject()
        for field in fields { properties[field.name] = OpenAPIField.property(field) }
        var schema: JSONObject = ["type": "object", "properties": .object(properties)]
        let required = fields.filter(\.isRequired).map(\.name)
        if !required.isEmpty { schema["required"] = .strings(required) }
        return schema
    }

    private var takesBody: Bool { [.create, .update, .patch].contains(verb.operation) }

    private var bodyFields: [FieldDescriptor] { takesBody ? verb.input.filter { !$0.isQuery } : [] }

    private var requestBody: JSON? {
        guard takesBody else { return nil }
        let schema: JSON
        if verb.takesAnyField {
            schema = ["type": "object", "additionalProperties": true]
        } else if bodyFields.isEmpty {
            return nil
        } else {
            schema = ["$ref": .string("#/components/schemas/" + requestSchemaName)]
        }
        let type = verb.operation == .patch ? "application/merge-patch+json" : "application/json"
        var content = JSONObject()
        content[type] = ["schema": schema]
        return ["required": true, "content": .object(content)]
    }

    private var queryParameters: [JSON] {
        var parameters = verb.input.filter { $0.isQuery || !takesBody }.map(OpenAPIField.inQuery)
        switch verb.operation {
        case .list:
            parameters.insert(OpenAPIField.flag("list", isRequired: true), at: 0)
            if isAlsoScanned { parameters.append(OpenAPIField.flag("scan", isRequired: false)) }
        case .scan:
            parameters.insert(OpenAPIField.flag("scan", isRequired: true), at: 0)
        default: break
        }
        return parameters
    }

    private var response: JSON {
        switch verb.operation {
        case .delete: return ["204": ["description": "empty body"]]
        case .list, .scan:
            let schema: JSON = ["schema": ["$ref": "#/components/schemas/StandardListResponse"]]
            return ["200": ["description": "OK", "content": ["application/json": schema]]]
        default: return ["200": ["description": "OK"]]
        }
    }
}
