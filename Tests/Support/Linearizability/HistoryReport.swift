/// The verdict on a history, in words.
package struct HistoryReport {
    package let isLinearizable: Bool
    package let lines: [String]

    package init(_ history: History) {
        var lines: [String] = []
        for (key, calls) in history.calls.sorted(by: { $0.key < $1.key }) {
            switch LinearizabilityCheck.verdict(on: calls) {
            case .linearizable: continue
            case .undecided: lines.append("\(key): too many orders to try them all")
            case .violated(let call):
                lines.append("\(key): no order of the calls explains \(Self.text(call)); beside it:")
                let near = calls.filter { $0 != call && $0.start <= call.end && $0.end >= call.start - Self.window }
                    .sorted { $0.start < $1.start }
                lines += near.suffix(Self.shown).map { "    \(Self.text($0))" }
            }
        }
        isLinearizable = lines.isEmpty
        let all = history.calls.values.joined()
        let unknown = all.count { $0.outcome == .unknown }
        lines.append(
            "\(history.calls.count) registers, \(all.count) calls (\(unknown) of unknown outcome): "
                + (isLinearizable ? "linearizable" : "not linearizable"))
        self.lines = lines
    }

    /// Nanoseconds before a call in which others are shown with it.
    private static let window: Int64 = 1_000_000_000
    private static let shown = 20

    private static func text(_ call: RegisterCall) -> String {
        let end = call.end == .max ? "no end" : "\(call.end)"
        return "[\(call.start) to \(end)] \(call.request) gave \(call.outcome)"
    }
}
