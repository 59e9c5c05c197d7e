internal import CMariaDB
internal import CofferBase
internal import Glibc

/// One connection to MariaDB or MySQL. Blocks the thread that uses it, never much beyond the given times.
///
/// Not `Sendable`: whoever holds it is its only user.
package final class MariaDBLink {
    private let connection: UnsafeMutablePointer<MYSQL>
    /// The library reads certificates by path when it connects.
    private let settings: MariaDBSettings

    /// Once for the whole process, before a second thread may connect.
    private static let isLibraryReady = cmariadb_load() != 0 && mysql_server_init(0, nil, nil) == 0

    package init(
        _ settings: MariaDBSettings, connectSeconds: UInt32 = 5, answerSeconds: UInt32 = 30
    ) throws(MariaDBFailure) {
        guard Self.isLibraryReady, let connection = mysql_init(nil) else {
            throw MariaDBFailure(
                .unreachable, "libmariadb is not installed on the server (Debian: libmariadb3), or cannot start")
        }
        self.connection = connection
        self.settings = settings
        setTimes(connectSeconds, answerSeconds)
        setTLS()
        // A hostile server could ask for any file of ours.
        set(MYSQL_OPT_LOCAL_INFILE, UInt32(0))
        // By itself the library takes the name localhost for a socket of its own choice.
        if settings.socket.isEmpty { set(MYSQL_OPT_PROTOCOL, MYSQL_PROTOCOL_TCP.rawValue) }
        let isUp = mysql_real_connect(
            connection, settings.socket.isEmpty ? settings.host : "localhost", settings.user, settings.password,
            settings.database.isEmpty ? nil : settings.database, settings.port,
            settings.socket.isEmpty ? nil : settings.socket, 0)
        if isUp == nil { throw failure() }
    }

    deinit { mysql_close(connection) }

    private func setTimes(_ connectSeconds: UInt32, _ answerSeconds: UInt32) {
        set(MYSQL_OPT_CONNECT_TIMEOUT, connectSeconds)
        set(MYSQL_OPT_READ_TIMEOUT, answerSeconds)
        set(MYSQL_OPT_WRITE_TIMEOUT, answerSeconds)
    }

    private func setTLS() {
        if let authority = settings.authority { mysql_options(connection, MYSQL_OPT_SSL_CA, authority.path) }
        if let certificate = settings.certificate {
            mysql_options(connection, MYSQL_OPT_SSL_CERT, certificate.path)
            mysql_options(connection, MYSQL_OPT_SSL_KEY, certificate.path)
        }
        if settings.tls == .off { return }
        set(MYSQL_OPT_SSL_ENFORCE, UInt8(1))
        set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, UInt8(settings.tls == .verified ? 1 : 0))
    }

    private func set<Value>(_ option: mysql_option, _ value: Value) {
        withUnsafePointer(to: value) { _ = mysql_options(connection, option, $0) }
    }

    private func failure() -> MariaDBFailure {
        let message = mysql_error(connection).map { String(cString: $0) } ?? ""
        return MariaDBFailure(code: mysql_errno(connection), message: message)
    }

    /// False when the server has hung up.
    package var isAlive: Bool {
        var socket = pollfd(
            fd: Int32(truncatingIfNeeded: mysql_get_socket(connection)), events: Int16(POLLIN), revents: 0)
        // Nothing was asked: what can be read now is the end.
        return poll(&socket, 1, 0) == 0
    }

    /// Runs one statement; rows of texts come back.
    @discardableResult
    package func run(_ sql: String) throws(MariaDBFailure) -> [[String?]] {
        var sql = sql
        let code = sql.withUTF8 { bytes in
            mysql_real_query(
                connection, UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
                UInt(bytes.count))
        }
        if code != 0 { throw failure() }
        guard let result = mysql_store_result(connection) else {
            if mysql_errno(connection) != 0 { throw failure() }
            return []
        }
        defer { mysql_free_result(result) }
        let columns = Int(mysql_num_fields(result))
        var rows: [[String?]] = []
        while let row = mysql_fetch_row(result) {
            rows.append((0..<columns).map { column in row[column].map { String(cString: $0) } })
        }
        return rows
    }
}
