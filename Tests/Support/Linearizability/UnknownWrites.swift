/// What is certain all the same of writes whose outcome nobody was told. Without it a search tries every order of
/// those that were under way when a leader was lost, which may be a hundred at each register.
struct UnknownWrites {
    /// By call: the version that it made, because a read saw its value.
    private var made: [Int: Int] = [:]
    /// By call: one that began before it and does the same, as far as anybody can tell: that one comes first.
    private var twin: [Int: Int] = [:]
    /// Those whose value no read saw.
    private var unseen: Set<Int> = []
    /// Versions of which it is known what made them.
    private var known: Set<Int> = []

    init(_ calls: [RegisterCall]) {
        var seen: [String: Set<Int>] = [:]
        var writes: [String: Int] = [:]
        for call in calls {
            if case .write(let value, _) = call.request { writes[value, default: 0] += 1 }
            switch call.outcome {
            case .read(let state):
                known.insert(state.version)
                if let value = state.value { seen[value, default: []].insert(state.version) }
            case .written(let version): known.insert(version)
            case .refused, .unknown: break
            }
        }
        var last: [Int?: Int] = [:]
        for number in calls.indices.sorted(by: { (calls[$0].start, $0) < (calls[$1].start, $1) }) {
            // Of values that were written twice nothing is certain.
            guard case .write(let value, let expecting) = calls[number].request, calls[number].outcome == .unknown,
                writes[value] == 1
            else { continue }
            if let versions = seen[value] {
                made[number] = versions.count == 1 ? versions.first : nil
            } else {
                unseen.insert(number)
                twin[number] = last[expecting]
                last[expecting] = number
            }
        }
    }

    /// Whether the call may make the version; `isPlaced` tells which calls have their place already.
    func mayMake(_ version: Int, _ number: Int, isPlaced: (Int) -> Bool) -> Bool {
        if let made = made[number] { return made == version }
        if unseen.contains(number), known.contains(version) { return false }
        return twin[number].map(isPlaced) ?? true
    }
}
