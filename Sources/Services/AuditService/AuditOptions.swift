internal import CofferFramework

/// The options that every audit device has, whatever its type.
struct AuditOptions: Sendable {
    /// Strings are shown, not hashed.
    let isRaw: Bool
    let hashesAccessors: Bool
    /// Of a list answer only the number of its keys is told.
    let elidesLists: Bool
    /// Takes only what no other device's filter took.
    let isFallback: Bool
    /// Which lines the device takes; nil takes all.
    let filter: AuditFilter?
    let exclusion: AuditExclusion?

    /// - Throws: `badRequest`; the text names the option and holds nothing of its value.
    init(_ options: [String: String]) throws(EngineError) {
        if let prefix = options["prefix"], !prefix.isEmpty {
            // A chosen prefix turns an audit file into a program (CVE-2025-6000).
            throw .badRequest("the option prefix is not allowed on this server")
        }
        switch options["format"] ?? "" {
        case "", "json": break
        case "jsonx": throw .badRequest("the audit format jsonx is not offered; use json")
        default: throw .badRequest("unknown audit format; use json")
        }
        isRaw = try Self.flag("log_raw", options, default: false)
        hashesAccessors = try Self.flag("hmac_accessor", options, default: true)
        elidesLists = try Self.flag("elide_list_responses", options, default: false)
        isFallback = try Self.flag("fallback", options, default: false)
        let filter = options["filter"] ?? ""
        self.filter = filter.isEmpty ? nil : try AuditFilter(filter, option: "filter")
        let exclude = options["exclude"] ?? ""
        exclusion = exclude.isEmpty ? nil : try AuditExclusion(exclude)
        if isFallback && self.filter != nil {
            throw .badRequest("a fallback device takes what no filter took; it cannot have a filter itself")
        }
    }

    private static func flag(
        _ name: String, _ options: [String: String], default standard: Bool
    ) throws(EngineError) -> Bool {
        guard let text = options[name], !text.isEmpty else { return standard }
        guard let flag = Bool(wireText: text) else { throw .badRequest("the option \(name) must be true or false") }
        return flag
    }
}
