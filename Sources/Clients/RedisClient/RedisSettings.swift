/// How to connect to Redis or Valkey.
package struct RedisSettings: Sendable {
    package var host = ""
    package var port = 6379
    package var username = ""
    package var password = ""
    package var usesTLS = false
    /// PEM; the system's authorities when empty.
    package var authority = ""
    package var skipsVerification = false

    package init() {}
}

/// What went wrong between us and Redis. Holds no command and no password.
package struct RedisFailure: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case unreachable, loginRefused, rejected
        /// The settings cannot work.
        case settings
    }

    package let kind: Kind
    package let text: String

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}
