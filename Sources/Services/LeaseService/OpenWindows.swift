internal import CofferBase
internal import CofferStorage
internal import Synchronization

/// What is known of the windows in which tokens are made just now.
///
/// The first token of a window lists it, and those after its commit rely on that. So the entries of a window are removed
/// only while it is closed, when none of its tokens is on its way to storage. Only the process that leads writes, so that
/// memory is enough: what another one has under way when it loses the leadership is refused by storage.
final class OpenWindows: Sendable {
    private struct State {
        /// The ends at which windows are listed, by stem and home.
        var listed: [String: [String: Set<Int64>]] = [:]
        var underWay: [TokenWindow: Int] = [:]
        var closed: Set<TokenWindow> = []
    }

    /// Whoever ends the tokens of a window reads all that were made meanwhile, wherever; and does so at each of its ends.
    private static let (mostHomes, mostEnds) = (4, 4)
    private static let mostMoments = 16

    private let state = Mutex(State())

    /// Notes that a token of the window is being made, until its transaction ends.
    /// - Returns: whether the window is listed at that end already; nil when the token must be listed by itself.
    func enter(_ window: TokenWindow, endingAt end: Timestamp, _ transaction: inout Transaction) -> Bool? {
        let isListed: Bool? = state.withLock { state in
            if state.closed.contains(window) { return nil }
            let homes = state.listed[window.stem]
            let ends = homes?[window.home]
            let isListed = ends?.contains(end.nanoseconds) == true
            if !isListed, ends?.count ?? 0 >= Self.mostEnds || ends == nil && homes?.count ?? 0 >= Self.mostHomes {
                return nil
            }
            state.underWay[window, default: 0] += 1
            return isListed
        }
        if isListed != nil { transaction.onEnd { [self] in leave(window, end, isCommitted: $0) } }
        return isListed
    }

    private func leave(_ window: TokenWindow, _ end: Timestamp, isCommitted: Bool) {
        state.withLock { state in
            let others = state.underWay[window, default: 1] - 1
            state.underWay[window] = others > 0 ? others : nil
            guard isCommitted else { return }
            if state.listed[window.stem] == nil, state.listed.count >= Self.mostMoments { state.listed = [:] }
            state.listed[window.stem, default: [:]][window.home, default: []].insert(end.nanoseconds)
        }
    }

    /// False when a token of the window is being made, or somebody else has closed it; else `open` it in the end.
    func close(_ window: TokenWindow) -> Bool {
        state.withLock { state in
            guard state.underWay[window] == nil, state.closed.insert(window).inserted else { return false }
            state.listed[window.stem]?[window.home] = nil
            return true
        }
    }

    func open(_ window: TokenWindow) { state.withLock { _ = $0.closed.remove(window) } }
}
