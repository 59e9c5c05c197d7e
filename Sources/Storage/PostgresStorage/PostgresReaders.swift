internal import CofferBase
internal import CofferStorage
internal import PostgresClient
internal import Synchronization

/// Connections for reading, opened when first needed, and the threads that wait for them.
final class PostgresReaders: Sendable {
    private final class Slot: Sendable {
        let link = Mutex<PostgresLink?>(nil)
    }

    private let connector: PostgresConnector
    private let slots: [Slot]
    private let pool: BlockingPool
    private let health: StorageHealth
    private let crowd = PostgresCrowd()

    static let limit: Duration = .seconds(10)

    init(_ connector: PostgresConnector, count: Int, health: StorageHealth) {
        self.connector = connector
        self.health = health
        slots = (0..<max(count, 1)).map { _ in Slot() }
        pool = BlockingPool(threads: slots.count)
    }

    /// Runs `body` on a thread with a connection; once more on a fresh one when the connection breaks, since
    /// reading twice does no harm.
    func run<R: Sendable>(
        _ body: @escaping @Sendable (PostgresReader) throws(PostgresFailure) -> R
    ) async throws(StorageError) -> R {
        try health.check()
        let asked = try crowd.enter()
        defer { crowd.leave() }
        let result: Result<R, StorageError>
        do {
            result = try await pool.run { [self] in
                do throws(PostgresFailure) {
                    // Those who waited while others found nobody there need not try, one after the other.
                    if let failure = crowd.failure(since: asked) { throw failure }
                    return .success(try attempt(body))
                } catch {
                    return .failure(health.report(error))
                }
            }
        } catch {
            throw StorageHealth.closed
        }
        return try result.get()
    }

    /// Ends what runs, and closes the connections.
    func close() {
        pool.shutdown()
        for slot in slots { slot.link.withLock { $0 = nil } }
    }

    private func attempt<R: Sendable>(
        _ body: @Sendable (PostgresReader) throws(PostgresFailure) -> R
    ) throws(PostgresFailure) -> R {
        for slot in slots {
            let result: Result<R, PostgresFailure>? = slot.link.withLockIfAvailable { link in
                do throws(PostgresFailure) { return .success(try use(&link, body)) } catch { return .failure(error) }
            }
            if let result { return try result.get() }
        }
        throw PostgresFailure(rejected: "all connections are in use")
    }

    private func connect() throws(PostgresFailure) -> sending PostgresLink {
        let start = Steady.now()
        do throws(PostgresFailure) {
            return try connector.connect()
        } catch {
            crowd.failed(error, triedAt: start)
            throw error
        }
    }

    private func use<R: Sendable>(
        _ link: inout PostgresLink?, _ body: @Sendable (PostgresReader) throws(PostgresFailure) -> R
    ) throws(PostgresFailure) -> R {
        if let open = link, open.isAlive {
            do throws(PostgresFailure) {
                return try body(PostgresReader(link: open))
            } catch {
                if error.kind != .unreachable { throw error }
            }
        }
        link = nil
        let fresh = try connect()
        let result = try body(PostgresReader(link: fresh))
        link = fresh
        return result
    }
}

/// One connection in the hands of one read.
struct PostgresReader {
    fileprivate let link: PostgresLink

    func rows(_ sql: String, _ parameters: [PostgresValue]) throws(PostgresFailure) -> PostgresRows {
        let outcome = link.runTogether([PostgresStatement(sql, parameters)], within: PostgresReaders.limit)
        if let failure = outcome.failure { throw failure }
        return outcome.answers.first ?? PostgresRows.none
    }
}
