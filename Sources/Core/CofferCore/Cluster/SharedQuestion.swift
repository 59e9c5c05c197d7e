internal import Synchronization

/// One question for all who wait for its answer, asked after each of them began to wait.
///
/// Those who come while it is being asked might need something newer than it will find: they share the next one.
final class SharedQuestion<Answer: Sendable>: Sendable {
    private typealias Waiting = CheckedContinuation<Turn, Never>

    private enum Turn {
        case answer(Answer)
        /// Ask, for yourself and for these.
        case ask([Waiting])
    }

    private struct State {
        var isAsking = false
        var waiting: [Waiting] = []
    }

    private let state = Mutex(State())

    func answer(_ ask: () async -> Answer) async -> Answer {
        let isFree = state.withLock { state in
            defer { state.isAsking = true }
            return !state.isAsking
        }
        if isFree { return await self.ask(ask, for: []) }
        let turn: Turn = await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.isAsking { state.waiting.append(continuation) }
                defer { state.isAsking = true }
                return !state.isAsking
            }
            if isFree { continuation.resume(returning: .ask([])) }
        }
        switch turn {
        case .answer(let answer): return answer
        case .ask(let others): return await self.ask(ask, for: others)
        }
    }

    private func ask(_ ask: () async -> Answer, for others: [Waiting]) async -> Answer {
        let answer = await ask()
        for other in others { other.resume(returning: .answer(answer)) }
        let next = state.withLock { state in
            defer { state.waiting = [] }
            state.isAsking = !state.waiting.isEmpty
            return state.waiting
        }
        if let first = next.first { first.resume(returning: .ask(Array(next.dropFirst()))) }
        return answer
    }
}
