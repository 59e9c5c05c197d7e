internal import EtcdClient
internal import Synchronization

/// The notes of late commits, gathered by a watch on the key `meta` so that they need not be asked for one by one.
///
/// Nobody relies on it: who asks has asked etcd before, and a note that is not here yet, or no more, is asked for there.
final class EtcdChangeLog: Sendable {
    private struct State {
        var notes: [UInt64: EtcdNote] = [:]
        /// In the order in which they came.
        var versions: [UInt64] = []
        var isOpen = false
    }

    private static let kept = 1024
    private let client: EtcdClient
    private let key: [UInt8]
    private let state = Mutex(State())

    init(_ client: EtcdClient, key: [UInt8]) {
        self.client = client
        self.key = key
    }

    /// The note of the commit that gave this version, as far as it was heard of.
    func note(_ version: UInt64) -> EtcdNote? { state.withLock { $0.notes[version] } }

    /// Called with each question, so that a watch that broke off, or whose past etcd has forgotten, is not missed for
    /// long.
    func open(after version: UInt64) async {
        let mustOpen = state.withLock { state in
            defer { state.isOpen = true }
            return !state.isOpen
        }
        if !mustOpen { return }
        do throws(EtcdFailure) {
            try await client.watch(
                key, from: version + 1, changed: { [weak self] in self?.add($0) }, ended: { [weak self] in self?.end() }
            )
        } catch {
            end()
        }
    }

    private func add(_ entries: [EtcdEntry]) {
        state.withLock { state in
            for entry in entries {
                guard let note = EtcdNote(entry) else { continue }
                if state.notes.updateValue(note, forKey: entry.modRevision) == nil {
                    state.versions.append(entry.modRevision)
                }
            }
            if state.versions.count < 2 * Self.kept { return }
            let old = state.versions.count - Self.kept
            for version in state.versions.prefix(old) { state.notes[version] = nil }
            state.versions.removeFirst(old)
        }
    }

    /// What was heard of before a gap is kept by nobody: another history may follow.
    private func end() { state.withLock { $0 = State() } }
}
