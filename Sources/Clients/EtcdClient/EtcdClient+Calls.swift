internal import CofferBase

/// What we ask of etcd.
extension EtcdClient {
    /// - Parameter isRepeatable: doing it twice, one of them later, does no harm.
    package func commit(
        _ transaction: EtcdTransaction, isRepeatable: Bool = false, within limit: Duration? = nil
    ) async throws(EtcdFailure) -> EtcdVerdict {
        try EtcdVerdict(
            try await send("KV/Txn", transaction.message, isRepeatable: isRepeatable, within: limit))
    }

    /// A lease that ends, and its keys with it, when it is not kept alive for so many seconds.
    package func grantLease(seconds: Int64) async throws(EtcdFailure) -> UInt64 {
        var message = ProtobufMessage()
        message.add(1, UInt64(max(seconds, 1)))
        // One that was granted unknown to us ends by itself.
        let answer = try await send("Lease/LeaseGrant", message, isRepeatable: true)
        guard let lease = answer.number(2), lease != 0 else {
            throw EtcdFailure(.malformed, "no lease was granted")
        }
        return lease
    }

    /// Seconds left from now; nil when the lease has ended.
    package func keepAlive(_ lease: UInt64, within limit: Duration? = nil) async throws(EtcdFailure) -> Int64? {
        var message = ProtobufMessage()
        message.add(1, lease)
        let answer = try await send("Lease/LeaseKeepAlive", message, isRepeatable: true, within: limit)
        return answer.number(3).map { Int64(clamping: $0) }
    }

    package func revoke(_ lease: UInt64) async throws(EtcdFailure) {
        var message = ProtobufMessage()
        message.add(1, lease)
        _ = try await send("Lease/LeaseRevoke", message, isRepeatable: true)
    }

    /// Watches one key until the connection ends, or the server gives it up, as when it has forgotten the revision.
    /// - Parameters:
    ///   - revision: of the first change that is told; 0: the next one.
    ///   - changed: called with what the key became, on a thread that must not be kept.
    ///   - ended: called once, when no more changes will be told.
    package func watch(
        _ key: [UInt8], from revision: UInt64 = 0, changed: @escaping @Sendable ([EtcdEntry]) -> Void,
        ended: @escaping @Sendable () -> Void
    ) async throws(EtcdFailure) {
        var (create, message) = (ProtobufMessage(), ProtobufMessage())
        create.add(1, key)
        create.add(3, revision)
        message.add(1, create.encoded())
        try await open(
            "Watch/Watch", message,
            .init(
                message: { answer in
                    guard let answer = ProtobufMessage(answer), answer.number(4) != 1 else { return false }
                    let entries = answer.list(11).compactMap { event in
                        ProtobufMessage(event)?.bytes(2).flatMap { EtcdEntry($0) }
                    }
                    if !entries.isEmpty { changed(entries) }
                    return true
                }, end: { _ in ended() }))
    }

    /// The version of the server that is asked, and what it says is wrong with the cluster.
    package func status() async throws(EtcdFailure) -> (version: String, errors: [String]) {
        let answer = try await send("Maintenance/Status", ProtobufMessage(), isRepeatable: true)
        let version = String(decoding: answer.bytes(2) ?? [], as: UTF8.self)
        return (version, answer.list(8).map { String(decoding: $0, as: UTF8.self) })
    }

    /// Addresses at which each member serves clients.
    package func members() async throws(EtcdFailure) -> [[String]] {
        let answer = try await send("Cluster/MemberList", ProtobufMessage(), isRepeatable: true)
        return answer.list(2).map { member in
            (ProtobufMessage(member)?.list(4) ?? []).map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
