internal import CofferCore

/// Decides what a browser of another site gets to see (Fetch standard, CORS protocol).
enum CORSEdge {
    enum Verdict {
        /// Not a cross-origin request, or CORS is off.
        case unconcerned
        case refused
        case preflight(HTTPFields)
        case allowed(HTTPFields)
    }

    private static let methods = ["DELETE", "GET", "OPTIONS", "POST", "PUT", "LIST"]

    static func judge(_ request: HTTPRequest, _ rules: CORSRules) -> Verdict {
        guard rules.isEnabled, let origin = request.fields["origin"], !origin.isEmpty else { return .unconcerned }
        guard rules.allows(origin) else { return .refused }
        var fields = HTTPFields()
        fields.add("Access-Control-Allow-Origin", origin)
        fields.add("Vary", "Origin")
        guard request.method == "OPTIONS" else { return .allowed(fields) }
        fields.add("Access-Control-Allow-Methods", methods.joined(separator: ","))
        fields.add("Access-Control-Allow-Headers", rules.allHeaders.joined(separator: ","))
        fields.add("Access-Control-Max-Age", "300")
        return .preflight(fields)
    }
}
