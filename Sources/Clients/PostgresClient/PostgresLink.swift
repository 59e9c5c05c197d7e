internal import CPostgres
internal import CofferBase
internal import Glibc

/// One connection to PostgreSQL. Blocks the thread that uses it, never beyond the given time.
///
/// Not `Sendable`: whoever holds it is its only user.
package final class PostgresLink {
    let connection: OpaquePointer

    /// Connects and logs in.
    package init(_ settings: PostgresSettings, within limit: Duration) throws(PostgresFailure) {
        try PostgresFailure.requireLibrary()
        let pairs = settings.pairs
        let keywords = CStrings(pairs.map(\.keyword))
        let values = CStrings(pairs.map(\.value))
        guard let connection = PQconnectStartParams(keywords.pointers, values.pointers, 0) else {
            throw PostgresFailure(.unreachable, "out of memory")
        }
        self.connection = connection
        try finishConnecting(before: Deadline(in: limit))
        // Notices repeat parts of statements; libpq would print them.
        _ = PQsetNoticeReceiver(connection, { _, _ in }, nil)
    }

    deinit { PQfinish(connection) }

    private func finishConnecting(before deadline: Deadline) throws(PostgresFailure) {
        var next = PGRES_POLLING_WRITING
        while next != PGRES_POLLING_OK {
            if next == PGRES_POLLING_FAILED || PQstatus(connection) == CONNECTION_BAD { throw connectFailure() }
            guard wait(for: next == PGRES_POLLING_READING ? POLLIN : POLLOUT, before: deadline) else {
                throw PostgresFailure(.unreachable, "the server did not answer in time")
            }
            next = PQconnectPoll(connection)
        }
    }

    private func connectFailure() -> PostgresFailure {
        let text = message()
        let isRefusal = [
            "authentication failed", "no pg_hba.conf entry", "not permitted to log in", "no password supplied",
        ]
        .contains { text.contains($0) }
        let namesNothing = text.contains("FATAL:") && text.contains("does not exist")
        return PostgresFailure(isRefusal || namesNothing ? .loginRefused : .unreachable, text)
    }

    /// libpq's last message on one line; it names hosts and accounts, never passwords.
    private func message() -> String {
        let text = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        let words = text.split { $0 == "\n" || $0 == "\t" }.map { $0.drop { $0 == " " } }
        return words.joined(separator: "; ")
    }

    func wait(for events: Int32, before deadline: Deadline) -> Bool {
        var socket = pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0)
        while socket.fd >= 0 && !deadline.hasPassed {
            let count = poll(&socket, 1, deadline.pollMilliseconds)
            if count > 0 { return true }
            if count < 0 && errno != EINTR { return false }
        }
        return false
    }

    /// False when the server has hung up.
    package var isAlive: Bool {
        guard PQstatus(connection) == CONNECTION_OK else { return false }
        var socket = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
        // Nothing was asked: what can be read is a notice, or a farewell whose end may still be on its way.
        return poll(&socket, 1, 0) == 0
    }

    /// Runs one statement with parameters `$1` …; rows of texts come back.
    @discardableResult
    package func run(
        _ sql: String, _ parameters: [String] = [], within limit: Duration = .seconds(30)
    ) throws(PostgresFailure) -> [[String?]] {
        let values = CStrings(parameters)
        let sent = PQsendQueryParams(connection, sql, Int32(parameters.count), nil, values.pointers, nil, nil, 0)
        guard sent == 1 else { throw PostgresFailure(.unreachable, "the connection to the server is lost") }
        let deadline = Deadline(in: limit)
        var rows: [[String?]] = []
        var failure: PostgresFailure?
        while let result = try nextResult(before: deadline) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK: rows = Self.rows(of: result)
            case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
            case PGRES_FATAL_ERROR: failure = failure ?? Self.failure(of: result)
            // A copy would wait for data for ever.
            default: throw PostgresFailure(.unreachable, "a statement answers in a way that is not supported")
            }
        }
        if let failure { throw failure }
        return rows
    }

    func nextResult(before deadline: Deadline) throws(PostgresFailure) -> OpaquePointer? {
        while PQisBusy(connection) == 1 {
            guard wait(for: POLLIN, before: deadline) else {
                throw PostgresFailure(.unreachable, "the server did not answer in time")
            }
            guard PQconsumeInput(connection) == 1 else {
                throw PostgresFailure(.unreachable, "the connection to the server is lost")
            }
        }
        return PQgetResult(connection)
    }

    static func failure(of result: OpaquePointer) -> PostgresFailure {
        func field(_ code: Int32) -> String {
            PQresultErrorField(result, code).map { String(cString: $0) } ?? ""
        }
        let state = field(CPOSTGRES_SQLSTATE)
        // 57P01 … 57P03: the server is shutting down or starting; 08: the connection broke.
        if state.isEmpty || state.hasPrefix("57P") || state.hasPrefix("08") {
            return PostgresFailure(.unreachable, "the connection to the server is lost", sqlState: state)
        }
        // A syntax error quotes the statement, and with it perhaps a password.
        let text = state == "42601" ? "syntax error in a statement" : field(CPOSTGRES_PRIMARY)
        return PostgresFailure(.rejected, "\(text) (SQLSTATE \(state))", sqlState: state)
    }

    private static func rows(of result: OpaquePointer) -> [[String?]] {
        (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in
                if PQgetisnull(result, row, column) == 1 { return nil }
                return PQgetvalue(result, row, column).map { String(cString: $0) }
            }
        }
    }

    /// What the server stores of a password under scram-sha-256, computed here so that it never sees the password.
    package func scramVerifier(of password: String, for user: String) throws(PostgresFailure) -> String {
        guard let verifier = PQencryptPasswordConn(connection, password, user, "scram-sha-256") else {
            throw PostgresFailure(.rejected, "the password could not be hashed")
        }
        defer { PQfreemem(verifier) }
        return String(cString: verifier)
    }
}

/// An array of C strings that ends with NULL, as long as this object lives.
private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private let copies: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) {
        copies = texts.map { strdup($0) }
        pointers = .allocate(capacity: texts.count + 1)
        for (index, copy) in copies.enumerated() { (pointers + index).initialize(to: copy.map { UnsafePointer($0) }) }
        (pointers + texts.count).initialize(to: nil)
    }

    deinit {
        for copy in copies {
            // Some of them are passwords.
            if let copy { explicit_bzero(copy, strlen(copy)) }
            free(copy)
        }
        pointers.deallocate()
    }
}
