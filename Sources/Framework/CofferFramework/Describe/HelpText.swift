/// What `path-help` prints for a path, made from its declaration.
package struct HelpText: Sendable {
    package let text: String

    /// - Parameters:
    ///   - request: the path asked about, relative to the mount.
    ///   - mount: the mount's path, for the heading.
    package init(path: Path, request: String, mount: String) {
        var lines = [
            "Request:        \(request)", "Matching Route: ^\(path.pattern.source)$", "Mount:          \(mount)", "",
            path.synopsis,
        ]
        let fields = Self.fields(of: path)
        if !fields.isEmpty { lines += ["", "## PARAMETERS"] }
        for field in fields {
            let mark = field.isDeprecated ? "(DEPRECATED) " : ""
            lines += ["", "    \(field.name) (\(field.type.helpName))", "", "        \(mark)\(field.help)"]
        }
        if !path.description.isEmpty { lines += ["", "## DESCRIPTION", "", path.description] }
        text = lines.joined(separator: "\n") + "\n"
    }

    /// The overview of a mount: its patterns and what they are for.
    package init(table: PathTable, mount: String) {
        var lines = ["## PATHS", "", "The following paths are supported by this mount (\(mount)):"]
        for path in table.paths where !path.traits.isFallback {
            lines += ["", "    ^\(path.pattern.source)$", "        \(path.synopsis)"]
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    /// Captures and the fields of every operation, by name.
    private static func fields(of path: Path) -> [FieldDescriptor] {
        var fields = path.captures
        for verb in path.verbs {
            for field in verb.input where !fields.contains(where: { $0.name == field.name }) { fields.append(field) }
        }
        return fields.sorted { $0.name < $1.name }
    }
}

extension FieldType {
    /// The word for the type in help texts.
    fileprivate var helpName: String {
        switch self {
        case .string: "string"
        case .lowercaseString: "lowercase string"
        case .integer: "int"
        case .float: "float"
        case .boolean: "bool"
        case .stringList, .integerList: "slice"
        case .map, .any: "map"
        case .stringMap: "keypair"
        case .duration: "duration (sec)"
        case .signedDuration: "signed duration (sec)"
        case .timestamp: "time"
        }
    }
}
