internal import CofferBase
internal import CofferStorage
internal import Synchronization

/// The windows in which tokens are made just now.
///
/// The first token of a window lists it, and those after its commit rely on that. So the entries of a window are removed
/// only while it is closed, when none of its tokens is on its way to storage. Only the process that leads writes, so that
/// memory is enough: what another one has under way when it loses the leadership is refused by storage.
final class OpenWindows: Sendable {
    private enum Home {
        /// One token was made there: the next one opens a window.
        case seen
        /// Somebody looks whether the number is free, which it is not when a clock was set back.
        case checking
        case open(TokenWindow, ends: Set<Int64>)
        case crowded
    }

    private struct Moment {
        var homes: [String: Home] = [:]
        var next: UInt64 = 0
    }

    private struct State {
        var moments: [UInt64: Moment] = [:]
        /// Up to this moment nothing is opened any more: which numbers were given there is forgotten.
        var forgotten: UInt64?
        var underWay: [TokenWindow: Int] = [:]
        var closed: Set<TokenWindow> = []

        mutating func find(_ home: String, _ moment: UInt64) -> (TokenWindow?, mustCheck: Bool) {
            switch moments[moment]?.homes[home] {
            case .open(let window, _): return (window, false)
            case .checking, .crowded: return (nil, false)
            case .seen:
                moments[moment]?.homes[home] = .checking
                return (nil, true)
            case nil:
                if moments[moment] == nil, let forgotten, moment <= forgotten { return (nil, false) }
                if moments[moment] == nil, moments.count >= OpenWindows.mostMoments {
                    forgotten = max(forgotten ?? 0, moments.keys.max() ?? 0)
                    moments = [:]
                }
                if moments[moment]?.homes.count ?? 0 < OpenWindows.mostHomes {
                    moments[moment, default: OpenWindows.Moment()].homes[home] = .seen
                }
                return (nil, false)
            }
        }

        mutating func nextStamp(_ moment: UInt64) -> UInt64? {
            guard let number = moments[moment]?.next, number < TokenWindow.apart else { return nil }
            moments[moment]?.next += 1
            return moment | number
        }

        mutating func opened(_ window: TokenWindow?, _ home: String, _ moment: UInt64) {
            guard case .checking = moments[moment]?.homes[home] else { return }
            moments[moment]?.homes[home] = window.map { .open($0, ends: []) } ?? .crowded
        }
    }

    private static let (mostMoments, mostHomes, mostEnds, mostTries) = (8, 1024, 4, 4)

    private let tokens: StorageView
    private let state = Mutex(State())

    init(tokens: StorageView) { self.tokens = tokens }

    /// The window for a token that is made at a path now; nil when it is better listed by itself.
    func window(at home: String, _ now: Timestamp) async throws -> TokenWindow? {
        let moment = TokenWindow.moment(now)
        let (found, mustCheck) = state.withLock { $0.find(home, moment) }
        guard mustCheck else { return found }
        var opened: TokenWindow?
        defer { state.withLock { $0.opened(opened, home, moment) } }
        for _ in 0..<Self.mostTries {
            guard let stamp = state.withLock({ $0.nextStamp(moment) }) else { return nil }
            let window = TokenWindow(home: home, stamp: stamp)
            if try await tokens.scan(StorageKey(window.stem), limit: 1).isEmpty {
                opened = window
                return window
            }
        }
        return nil
    }

    /// Notes that a token of the window is being made, until its transaction ends.
    /// - Returns: whether the window is listed at that end already; nil when the token must be listed by itself.
    func enter(_ window: TokenWindow, endingAt end: Timestamp, _ transaction: inout Transaction) -> Bool? {
        let isListed: Bool? = state.withLock { state in
            if state.closed.contains(window) { return nil }
            var isListed = false
            if case .open(window, let ends) = state.moments[window.stamp & ~255]?.homes[window.home] {
                isListed = ends.contains(end.nanoseconds)
                // At each of them all tokens of the window are looked at.
                if !isListed, ends.count >= Self.mostEnds { return nil }
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
            let moment = window.stamp & ~255
            guard isCommitted, case .open(window, var ends) = state.moments[moment]?.homes[window.home],
                ends.insert(end.nanoseconds).inserted
            else { return }
            state.moments[moment]?.homes[window.home] = .open(window, ends: ends)
        }
    }

    /// False when a token of the window is being made, or somebody else has closed it; else `open` it in the end.
    func close(_ window: TokenWindow) -> Bool {
        state.withLock { state in
            guard state.underWay[window] == nil, state.closed.insert(window).inserted else { return false }
            if case .open(window, _) = state.moments[window.stamp & ~255]?.homes[window.home] {
                state.moments[window.stamp & ~255]?.homes[window.home] = .open(window, ends: [])
            }
            return true
        }
    }

    func open(_ window: TokenWindow) { state.withLock { _ = $0.closed.remove(window) } }
}
