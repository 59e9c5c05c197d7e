internal import CofferJSON

/// The outcome of one check, with those of its parts.
struct Finding: Sendable {
    enum Status: Int, Sendable, Comparable {
        case skipped, success, warning, failure

        static func < (left: Status, right: Status) -> Bool { left.rawValue < right.rawValue }

        var word: String {
            switch self {
            case .skipped: "skipped"
            case .success: "success"
            case .warning: "warning"
            case .failure: "failure"
            }
        }

        var jsonWord: String {
            switch self {
            case .skipped: "skipped"
            case .success: "ok"
            case .warning: "warn"
            case .failure: "fail"
            }
        }

        var exitStatus: Int32 {
            switch self {
            case .skipped, .success: 0
            case .failure: 1
            case .warning: 2
            }
        }
    }

    let name: String
    private let own: Status
    let message: String
    private(set) var parts: [Finding] = []

    init(_ name: String, _ status: Status, _ message: String = "", parts: [Finding] = []) {
        self.name = name
        own = status
        self.message = message
        self.parts = parts
    }

    /// The worst of the check and its parts.
    var status: Status { parts.map(\.status).reduce(own, max) }

    func lines(_ depth: Int) -> [String] {
        let text = message.isEmpty ? name : "\(name): \(message)"
        return [String(repeating: "  ", count: depth) + "[ \(status.word) ] \(text)"]
            + parts.flatMap { $0.lines(depth + 1) }
    }

    var json: JSON {
        var object: JSONObject = ["name": .string(name), "status": .string(status.jsonWord)]
        if !message.isEmpty { object["message"] = .string(message) }
        if !parts.isEmpty { object["children"] = .array(parts.map(\.json)) }
        return .object(object)
    }
}
