internal import EtcdClient
internal import Synchronization

/// Tells when the leader's key changes, as long as somebody wants to know (contract rule N3). It tells no value: who
/// is told looks for itself (rule T4).
final class EtcdLeaderWatch: Sendable {
    private struct Listener: Sendable {
        let changed: @Sendable () -> Void
    }

    private struct State {
        var listener: Listener?
        var isOpen = false
    }

    private let client: EtcdClient
    private let key: [UInt8]
    private let state = Mutex(State())

    init(_ client: EtcdClient, key: [UInt8]) {
        self.client = client
        self.key = key
    }

    func tell(_ changed: (@Sendable () -> Void)?) {
        let listener = changed.map { Listener(changed: $0) }
        state.withLock { $0.listener = listener }
    }

    /// Opens the watch when it is wanted and not open; called with each look at the leader, so that one that broke
    /// off is not missed for long.
    func open() async {
        let mustOpen = state.withLock { state in
            defer { state.isOpen = state.isOpen || state.listener != nil }
            return state.listener != nil && !state.isOpen
        }
        if !mustOpen { return }
        do throws(EtcdFailure) {
            try await client.watch(
                key, changed: { [weak self] _ in self?.ring() }, ended: { [weak self] in self?.end() })
        } catch {
            end()
        }
    }

    private func ring() { state.withLock { $0.listener }?.changed() }

    private func end() { state.withLock { $0.isOpen = false } }
}
