/// What went wrong between us and MariaDB or MySQL. Holds no statement and no password.
package struct MariaDBFailure: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// Nobody answered, or not in time; what was sent may or may not have happened.
        case unreachable
        /// The server does not let this account in.
        case loginRefused
        /// The server refused a statement.
        case rejected
    }

    package let kind: Kind
    /// The server's or the library's number; 0 for a refusal of our own.
    package let code: UInt32
    package let text: String

    package init(_ kind: Kind, code: UInt32 = 0, _ text: String) {
        self.kind = kind
        self.code = code
        self.text = text
    }

    /// Sorts an error by its number (MariaDB's list of error codes).
    init(code: UInt32, message: String) {
        switch code {
        case 1044, 1045, 1130, 1698: self.init(.loginRefused, code: code, message)
        // The server is stopping or full; and the library's own: no connection, no answer.
        case 1040, 1053, 1203, 2000..<3000: self.init(.unreachable, code: code, message)
        // It quotes the statement, and with it perhaps a password.
        case 1064: self.init(.rejected, code: code, "syntax error in a statement (error 1064)")
        default: self.init(.rejected, code: code, "\(message) (error \(code))")
        }
    }
}
