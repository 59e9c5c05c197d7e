internal import CofferJSON

/// How OpenAPI describes the fields and parameters of an operation.
enum OpenAPIField {
    /// A member of a request body.
    static func property(_ field: FieldDescriptor) -> JSON {
        var property = JSONObject()
        property.append("type", .string(field.type.openAPIType))
        property.append("description", .string(field.help))
        if let format = field.type.openAPIFormat { property.append("format", .string(format)) }
        if let items = items(of: field.type) { property.append("items", items) }
        if field.isDeprecated { property.append("deprecated", true) }
        if field.isSecret { property.append("x-vault-displayAttrs", ["sensitive": true]) }
        return .object(property)
    }

    static func inPath(_ field: FieldDescriptor) -> JSON {
        parameter(field.name, field.help, place: "path", schema: ["type": "string"], isRequired: true)
    }

    static func inQuery(_ field: FieldDescriptor) -> JSON {
        var schema: JSONObject = ["type": .string(field.type.openAPIType)]
        if let items = items(of: field.type) { schema.append("items", items) }
        return parameter(
            field.name, field.help, place: "query", schema: .object(schema), isRequired: field.isRequired)
    }

    static func mountPath(_ name: String, defaultPath: String) -> JSON {
        parameter(
            name, "Path that the backend was mounted at", place: "path",
            schema: ["type": "string", "default": .string(defaultPath)], isRequired: true)
    }

    /// `list` or `scan`, which make a GET another operation.
    static func flag(_ name: String, isRequired: Bool) -> JSON {
        parameter(
            name, "Must be set to `true`", place: "query", schema: ["type": "string", "enum": ["true"]],
            isRequired: isRequired)
    }

    private static func parameter(
        _ name: String, _ help: String, place: String, schema: JSON, isRequired: Bool
    ) -> JSON {
        var parameter = JSONObject()
        parameter.append("name", .string(name))
        parameter.append("description", .string(help))
        parameter.append("in", .string(place))
        parameter.append("schema", schema)
        if isRequired { parameter.append("required", true) }
        return .object(parameter)
    }

    private static func items(of type: FieldType) -> JSON? {
        switch type {
        case .stringList: ["type": "string"]
        case .integerList: ["type": "integer"]
        default: nil
        }
    }
}
