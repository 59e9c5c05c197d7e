/// Whether the calls at one register can be put into an order in which each takes effect at a moment between its start
/// and its end (Wing and Gong's search, with Lowe's memory of what was tried).
package struct LinearizabilityCheck {
    package enum Verdict: Equatable {
        case linearizable
        /// No order explains this call, whatever came before it.
        case violated(RegisterCall)
        /// Too many orders to try.
        case undecided
    }

    private enum Event {
        case begins(Int)
        case ends(Int)
    }

    /// A call that was given its place, and the state before it.
    private struct Step {
        let event: Int
        let before: RegisterState
    }

    private struct Tried: Hashable {
        let placed: [UInt64]
        let state: RegisterState
    }

    private let calls: [RegisterCall]
    private let unknown: UnknownWrites
    private let events: [Event]
    /// Of a call, where it ends in `events`; nil when nobody was told.
    private var endings: [Int?]
    /// The events that are left, as a list: each with its neighbours; the last place is the head.
    private var next: [Int]
    private var previous: [Int]
    private var placed: [UInt64]
    private var tried: Set<Tried> = []
    private var steps: [Step] = []
    private var state = RegisterState()
    /// Calls with a known outcome that have no place yet.
    private var left: Int
    private var furthest = -1

    package static func verdict(on calls: [RegisterCall], tries: Int = 20_000_000) -> Verdict {
        var check = LinearizabilityCheck(calls)
        return check.search(tries)
    }

    private init(_ calls: [RegisterCall]) {
        self.calls = calls
        unknown = UnknownWrites(calls)
        var moments: [(time: Int64, order: Int, event: Event)] = []
        for (number, call) in calls.enumerated() {
            moments.append((call.start, 0, .begins(number)))
            // At the same moment they are at the same time.
            if call.end != .max { moments.append((call.end, 1, .ends(number))) }
        }
        moments.sort { ($0.time, $0.order) < ($1.time, $1.order) }
        events = moments.map(\.event)
        endings = Array(repeating: nil, count: calls.count)
        for (place, event) in events.enumerated() { if case .ends(let number) = event { endings[number] = place } }
        let head = events.count
        next = (0...head).map { $0 == head ? 0 : $0 + 1 }
        previous = (0...head).map { $0 == 0 ? head : $0 - 1 }
        placed = Array(repeating: 0, count: (calls.count + 63) / 64)
        left = calls.count { $0.end != .max }
    }

    private var head: Int { events.count }

    private mutating func search(_ tries: Int) -> Verdict {
        var tries = tries
        var event = next[head]
        while left > 0 {
            if event != head, case .begins(let number) = events[event] {
                if mayCome(number), let after = state.after(calls[number]), isNew(number, after) {
                    tries -= 1
                    if tries == 0 { return .undecided }
                    steps.append(Step(event: event, before: state))
                    state = after
                    place(number, event)
                    event = next[head]
                } else {
                    event = next[event]
                }
                continue
            }
            // A call ended, and has no place before that: the last choice was wrong.
            furthest = max(furthest, event)
            guard let last = steps.popLast() else { return violation }
            state = last.before
            if case .begins(let number) = events[last.event] { unplace(number, last.event) }
            event = next[last.event]
        }
        return .linearizable
    }

    private var violation: Verdict {
        guard furthest >= 0, furthest < events.count, case .ends(let number) = events[furthest] else {
            return .undecided
        }
        return .violated(calls[number])
    }

    private func mayCome(_ number: Int) -> Bool {
        unknown.mayMake(state.version + 1, number) { placed[$0 / 64] & 1 << ($0 % 64) != 0 }
    }

    private mutating func isNew(_ number: Int, _ after: RegisterState) -> Bool {
        placed[number / 64] |= 1 << (number % 64)
        let (isNew, _) = tried.insert(Tried(placed: placed, state: after))
        if !isNew { placed[number / 64] &= ~(1 << (number % 64)) }
        return isNew
    }

    private mutating func place(_ number: Int, _ event: Int) {
        unlink(event)
        if let end = endings[number] {
            unlink(end)
            left -= 1
        }
    }

    /// In the opposite order, so that each finds its neighbours again.
    private mutating func unplace(_ number: Int, _ event: Int) {
        placed[number / 64] &= ~(1 << (number % 64))
        if let end = endings[number] {
            relink(end)
            left += 1
        }
        relink(event)
    }

    private mutating func unlink(_ event: Int) {
        next[previous[event]] = next[event]
        previous[next[event]] = previous[event]
    }

    private mutating func relink(_ event: Int) {
        next[previous[event]] = event
        previous[next[event]] = event
    }
}
