import HCL

/// A document's tree as one line of text, so that a test can compare it whole:
/// `key=value`, `block label{…}`, strings in quotes, numbers and bools bare.
func shape(_ body: HCLBody) -> String {
    body.items.map { item in
        let keys = item.keys.joined(separator: " ")
        return item.isAssignment ? keys + "=" + shape(item.value) : keys + shape(item.value)
    }.joined(separator: " ")
}

func shape(_ value: HCLValue) -> String {
    switch value {
    case .string(let text): "\"" + text + "\""
    case .number(let text): text
    case .bool(let flag): flag ? "true" : "false"
    case .list(let values): "[" + values.map { shape($0) }.joined(separator: ",") + "]"
    case .object(let body): "{" + shape(body) + "}"
    }
}

/// The tree of a text that must parse.
func shape(of text: String) throws -> String { shape(try HCLDocument.parse(text: text).body) }

/// Where and why a text was refused; nil when it was not.
func refusal(of text: String, limits: HCLLimits = HCLLimits()) -> HCLError? {
    do throws(HCLError) {
        _ = try HCLDocument.parse(text: text, limits: limits)
        return nil
    } catch {
        return error
    }
}
