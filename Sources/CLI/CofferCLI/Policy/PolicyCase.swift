internal import CofferBase
internal import CofferJSON
internal import HCL
internal import PolicyService

/// One case of `policy test`: a request, and what the policy is expected to say.
struct PolicyCase: Sendable {
    let name: String
    let request: AuthorizationRequest
    let isAllowed: Bool

    struct Malformed: Error { let text: String }

    /// Blocks `case "name" { … }` in HCL or JSON.
    static func parse(_ bytes: [UInt8]) throws(Malformed) -> [PolicyCase] {
        let blocks: [HCLBlock]?
        do throws(HCLError) {
            let body = try HCLDocument.parse(bytes).body
            if let stranger = body.items.first(where: { $0.name != "case" }) {
                throw HCLError("expected case \"name\" { … }", at: stranger.position)
            }
            blocks = body.blocks(named: "case", labels: 1)
        } catch {
            throw Malformed(text: error.description)
        }
        guard let blocks, !blocks.isEmpty else { throw Malformed(text: "there is no case \"name\" { … } in it") }
        var cases: [PolicyCase] = []
        for block in blocks { cases.append(try PolicyCase(block)) }
        return cases
    }

    private init(_ block: HCLBlock) throws(Malformed) {
        name = block.labels.first ?? ""
        var fields: [String: HCLValue] = [:]
        let known: Set = ["operation", "path", "parameters", "wrap_ttl", "sudo", "expect"]
        for item in block.body.items {
            guard known.contains(item.name) else { throw Self.wrong("unknown key \(item.name)", block) }
            fields[item.name] = item.value
        }
        guard let operation = fields["operation"]?.stringValue.flatMap(PolicyOperation.init(rawValue:)) else {
            throw Self.wrong("operation must be one of create, read, update, patch, delete, list, scan", block)
        }
        guard let path = fields["path"]?.stringValue, !path.isEmpty else { throw Self.wrong("path is missing", block) }
        guard let expect = fields["expect"]?.stringValue, ["allow", "deny"].contains(expect) else {
            throw Self.wrong("expect must be \"allow\" or \"deny\"", block)
        }
        var request = AuthorizationRequest(
            path: path, operation: operation, needsSudo: fields["sudo"]?.boolValue ?? false)
        for item in fields["parameters"]?.objectValue?.items ?? [] {
            request.parameters[item.name] = .string(item.value.scalarText ?? "")
        }
        if let ttl = fields["wrap_ttl"] {
            guard let duration = ttl.scalarText.flatMap({ GoDuration.parse($0) }) else {
                throw Self.wrong("wrap_ttl must be a duration", block)
            }
            request.wrapTTL = duration
        }
        self.request = request
        isAllowed = expect == "allow"
    }

    private static func wrong(_ what: String, _ block: HCLBlock) -> Malformed {
        Malformed(text: "line \(block.position.line): case \"\(block.labels.first ?? "")\": \(what)")
    }
}
