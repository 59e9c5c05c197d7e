internal import CofferStorage
internal import EtcdClient

/// What stands in etcd beside the entries, at one moment.
struct EtcdSight {
    let lock: EtcdEntry?
    let meta: EtcdEntry?
    let generation: EtcdGeneration?
    let revision: UInt64
    /// Why the storage must not be led; nil when it is what was seen before.
    let objection: String?

    /// Of who leads; 0 when nobody does.
    var epoch: UInt64 { lock?.createRevision ?? 0 }

    static func operations(_ layout: EtcdLayout) -> [EtcdOperation] {
        [layout.lock, layout.meta, layout.generation].map { .range(EtcdRange($0)) }
    }

    /// - Parameters:
    ///   - verdict: of a transaction with the operations above.
    ///   - known: what the memory held before it was sent.
    init(_ verdict: EtcdVerdict, _ memory: EtcdMemory, known: EtcdMemory.Seen) {
        lock = verdict.entry(0)
        meta = verdict.entry(1)
        generation = EtcdGeneration(verdict.entry(2))
        revision = verdict.revision
        if meta == nil || generation == nil {
            objection = EtcdMemory.text("the keys `meta` and `generation` are not both there")
        } else {
            let found = EtcdMemory.Seen(
                revision: revision, version: meta?.modRevision ?? 0, epoch: 0, cluster: verdict.cluster)
            objection = memory.objection(found, known: known)
        }
    }
}

/// What the leader's key holds: the candidate, in two lines. Empty when an epoch was taken without one.
enum EtcdHolder {
    static func value(_ candidate: Candidate) -> [UInt8] { Array("\(candidate.id)\n\(candidate.address)".utf8) }

    static func candidate(_ value: [UInt8]) -> Candidate? {
        guard let end = value.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        return Candidate(
            id: String(decoding: value[..<end], as: UTF8.self),
            address: String(decoding: value[(end + 1)...], as: UTF8.self))
    }
}
