package import CofferBase
package import CofferFramework
internal import CofferJSON
package import CofferStorage
package import HTTPClient
package import Logging

/// Takes snapshots at their times, one after the other, verifies them and removes old ones.
///
/// Nothing runs and nothing sleeps while there is no plan.
package actor SnapshotSchedule {
    /// How the last snapshots of a plan went.
    package struct Status: Sendable {
        package var lastStart: Timestamp?
        package var lastEnd: Timestamp?
        package var lastError = ""
        package var lastURL = ""
        package var consecutiveErrors = 0
        package var next: Timestamp
    }

    private let view: StorageView
    private let clock: any WallClock
    private let log: Logger
    private let send: HTTPSender?
    private let take: @Sendable () async throws -> ByteStream
    private let verify: @Sendable (ByteStream) async throws -> Void
    private var plans: [String: SnapshotPlan] = [:]
    private var statuses: [String: Status] = [:]
    private var work: Task<Void, Never>?
    private var sleeper: Task<Void, any Error>?
    private var isStopped = false

    /// - Parameters:
    ///   - send: how an object storage is reached; the usual way unless given.
    ///   - take: gives a snapshot.
    ///   - verify: reads one to its end, and throws unless it could be restored here.
    package init(
        storage: any TransactionalStorage, clock: any WallClock, log: Logger, send: HTTPSender? = nil,
        take: @escaping @Sendable () async throws -> ByteStream,
        verify: @escaping @Sendable (ByteStream) async throws -> Void
    ) {
        view = StorageView(storage, prefix: "core/snapshot-auto/")
        self.clock = clock
        self.log = log
        self.send = send
        self.take = take
        self.verify = verify
    }

    /// A plan that cannot be read is passed over and told: it must not keep the server sealed.
    package func start() async {
        do {
            for name in try await view.children(of: "config/") {
                guard let bytes = try await view.get("config/" + StorageKey(name)),
                    let plan = Self.plan(name, bytes)
                else {
                    log.error("a plan for snapshots cannot be read", metadata: ["name": .string(name)])
                    continue
                }
                plans[name] = plan
                let last = try await view.get("last/" + StorageKey(name))
                    .flatMap { Int64(String(decoding: $0, as: UTF8.self)) }.map { Timestamp(nanoseconds: $0) }
                statuses[name] = Status(
                    lastStart: last, next: max(clock.now, last.map { $0 + plan.interval } ?? clock.now))
            }
        } catch {
            log.error("the plans for snapshots cannot be read")
        }
        wake()
    }

    /// Nothing is begun any more; a snapshot under way ends behind the closed barrier.
    package func stop() {
        isStopped = true
        sleeper?.cancel()
        work?.cancel()
    }

    // MARK: plans

    package var names: [String] { plans.keys.sorted() }
    package func plan(_ name: String) -> SnapshotPlan? { plans[name] }
    package func status(_ name: String) -> Status? { statuses[name] }

    package func put(_ plan: SnapshotPlan) async throws {
        try await view.put(
            "config/" + StorageKey(plan.name), JSON.object(SnapshotPlan.schema.encode(plan)).serialized())
        plans[plan.name] = plan
        statuses[plan.name] = Status(next: clock.now)
        wake()
    }

    package func remove(_ name: String) async throws {
        try await view.transaction { transaction in
            transaction.delete("config/" + StorageKey(name))
            transaction.delete("last/" + StorageKey(name))
        }
        plans[name] = nil
        statuses[name] = nil
    }

    private static func plan(_ name: String, _ bytes: [UInt8]) -> SnapshotPlan? {
        guard let object = try? JSON.parseObject(bytes, limits: .trusted),
            var plan = try? SnapshotPlan.schema.restore(object)
        else { return nil }
        plan.name = name
        return plan
    }

    // MARK: work

    private func wake() {
        sleeper?.cancel()
        if work == nil && !isStopped && !plans.isEmpty { work = Task { await run() } }
    }

    private func run() async {
        while !isStopped, let next = statuses.values.map(\.next).min() {
            if next > clock.now {
                let clock = clock
                let task = Task { try await clock.sleep(until: next) }
                sleeper = task
                _ = await task.result
                sleeper = nil
            } else {
                for (name, status) in statuses.sorted(by: { $0.key < $1.key }) where status.next <= clock.now {
                    await snapshot(name)
                }
            }
        }
        work = nil
    }

    private func snapshot(_ name: String) async {
        guard let plan = plans[name], var status = statuses[name], !isStopped else { return }
        let start = clock.now
        status.lastStart = start
        status.next = start + plan.interval
        statuses[name] = status
        do {
            status.lastURL = try await take(plan, at: start)
            status.lastError = ""
            status.consecutiveErrors = 0
            log.info("snapshot stored", metadata: ["plan": .string(name), "url": .string(status.lastURL)])
        } catch {
            status.lastError = (error as? SnapshotFailure)?.text ?? "the snapshot could not be taken or verified"
            status.consecutiveErrors += 1
            log.error("snapshot failed", metadata: ["plan": .string(name), "reason": .string(status.lastError)])
        }
        status.lastEnd = clock.now
        if statuses[name] != nil { statuses[name] = status }
    }

    /// - Returns: where it is.
    private func take(_ plan: SnapshotPlan, at now: Timestamp) async throws -> String {
        let target: any SnapshotTarget =
            plan.storageType == "local" ? FolderTarget(plan) : try BucketTarget(plan, clock: clock, send: send)
        let name = plan.fileName(at: now)
        try await target.store(name, try await take())
        if let stored = try await target.read(name) {
            do {
                try await verify(stored)
            } catch {
                try await target.remove(name)
                throw SnapshotFailure("the snapshot could not be restored, and was removed")
            }
        }
        // A plan may have been deleted meanwhile.
        if plans[plan.name] != nil {
            try await view.put("last/" + StorageKey(plan.name), Array(String(now.nanoseconds).utf8))
        }
        for old in try await target.names().dropLast(Int(plan.retain)) { try await target.remove(old) }
        return target.url(name)
    }
}
