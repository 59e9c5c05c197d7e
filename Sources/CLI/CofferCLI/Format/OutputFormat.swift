/// The form in which results are printed.
enum OutputFormat: String, Sendable {
    case table, json, yaml, pretty, raw

    /// Any case of letters; `yml` is `yaml`, empty is `table`.
    init?(_ text: String) {
        switch text.lowercased() {
        case "": self = .table
        case "yml": self = .yaml
        case let name:
            guard let format = OutputFormat(rawValue: name) else { return nil }
            self = format
        }
    }
}
