internal import CPostgres
internal import CofferBase
internal import Glibc

/// What became of statements that were sent together.
package struct PostgresPipelineOutcome: Sendable {
    /// Of the statements that succeeded: all those before the one that failed.
    package var answers: [PostgresRows] = []
    /// Why the statement after the last answered one failed, and with it all that follow; nil when all succeeded.
    package var failure: PostgresFailure?
}

extension PostgresLink {
    /// Sends statements together and takes their answers: one round trip, however many there are.
    ///
    /// A statement that fails keeps those after it from being executed. Unnamed statements leave nothing behind
    /// in the session, so that a pooler may hand it to somebody else after each transaction.
    package func runTogether(_ statements: [PostgresStatement], within limit: Duration) -> PostgresPipelineOutcome {
        var outcome = PostgresPipelineOutcome()
        do throws(PostgresFailure) {
            let deadline = Deadline(in: limit)
            guard PQsetnonblocking(connection, 1) == 0, PQenterPipelineMode(connection) == 1 else { throw .lost }
            for statement in statements {
                try send(statement)
                // Large ones leave while the next is made; the socket's buffer is not ours to fill without end.
                guard PQflush(connection) >= 0 else { throw .lost }
            }
            guard PQpipelineSync(connection) == 1 else { throw .lost }
            try flush(before: deadline)
            try takeAnswers(of: statements.count, before: deadline, into: &outcome)
            guard PQexitPipelineMode(connection) == 1 else { throw .lost }
        } catch {
            outcome.failure = outcome.failure ?? error
        }
        return outcome
    }

    private func send(_ statement: PostgresStatement) throws(PostgresFailure) {
        let count = statement.parameters.count
        let values = statement.parameters.map(\.encoded)
        let joined = values.flatMap { $0 }
        let sent = joined.withUnsafeBufferPointer { buffer in
            // An empty value must not look like NULL, which a missing address is.
            let empty = [CChar](repeating: 0, count: 1)
            return empty.withUnsafeBufferPointer { empty in
                var pointers: [UnsafePointer<CChar>?] = []
                var offset = 0
                for value in values {
                    let start = value.isEmpty ? nil : buffer.baseAddress.map { UnsafeRawPointer($0 + offset) }
                    pointers.append(start?.assumingMemoryBound(to: CChar.self) ?? empty.baseAddress)
                    offset += value.count
                }
                return PQsendQueryParams(
                    connection, statement.sql, Int32(count), statement.parameters.map { Oid($0.type) }, pointers,
                    values.map { Int32(clamping: $0.count) }, [Int32](repeating: 1, count: count), 1)
            }
        }
        guard sent == 1 else { throw .lost }
    }

    /// Until everything has left; reads meanwhile, since a server that cannot send does not receive either.
    private func flush(before deadline: Deadline) throws(PostgresFailure) {
        while true {
            let state = PQflush(connection)
            if state == 0 { return }
            guard state > 0 else { throw .lost }
            guard wait(for: POLLIN | POLLOUT, before: deadline) else { throw .late }
            guard PQconsumeInput(connection) == 1 else { throw .lost }
        }
    }

    private func takeAnswers(
        of count: Int, before deadline: Deadline, into outcome: inout PostgresPipelineOutcome
    ) throws(PostgresFailure) {
        for _ in 0..<count {
            while let result = try nextResult(before: deadline) {
                defer { PQclear(result) }
                switch PQresultStatus(result) {
                case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
                    if outcome.failure == nil { outcome.answers.append(Self.bytes(of: result)) }
                case PGRES_PIPELINE_ABORTED: break
                case PGRES_FATAL_ERROR:
                    outcome.failure = outcome.failure ?? Self.failure(of: result)
                    guard PQstatus(connection) == CONNECTION_OK else { return }
                default: throw .lost
                }
            }
        }
        // The answer to the synchronisation itself.
        guard let end = try nextResult(before: deadline) else { throw .lost }
        defer { PQclear(end) }
        guard PQresultStatus(end) == PGRES_PIPELINE_SYNC else { throw .lost }
    }

    private static func bytes(of result: OpaquePointer) -> PostgresRows {
        PostgresRows(
            rows: (0..<PQntuples(result)).map { row in
                (0..<PQnfields(result)).map { column in
                    if PQgetisnull(result, row, column) == 1 { return nil }
                    let start = UnsafeRawPointer(PQgetvalue(result, row, column))
                    return Array(UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column))))
                }
            })
    }
}

extension PostgresFailure {
    fileprivate static var lost: PostgresFailure {
        PostgresFailure(.unreachable, "the connection to the server is lost")
    }

    fileprivate static var late: PostgresFailure {
        PostgresFailure(.unreachable, "the server did not answer in time")
    }
}
