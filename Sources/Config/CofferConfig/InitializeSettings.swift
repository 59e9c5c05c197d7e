package import CofferJSON

/// What an empty server does by itself at its first start: the `initialize` stanzas.
package struct InitializeSettings: Sendable, Equatable {
    /// One `request` block.
    package struct Request: Sendable, Equatable {
        /// `stanza/request`, for messages.
        package var name: String
        /// create, read, update, patch, delete or list.
        package var operation = ""
        /// Without `/v1/`.
        package var path = ""
        /// In place of a root token; may be a reference, like every value of `data`.
        package var token: JSON?
        package var data: JSONObject = [:]
        package var allowsFailure = false
    }

    /// How the keys of a seal with shares reach those who start the server: a `keys` block.
    package struct Keys: Sendable, Equatable {
        package var shares = 1
        package var threshold = 1
        /// Where the file with the shares goes.
        package var folder = ""
        /// Files with public keys, one for each share; none for shares that are not encrypted.
        package var pgpKeyFiles: [String] = []
        /// The file holds a root token, too.
        package var keepsRootToken = false
        package var rootTokenPGPKeyFile = ""
    }

    package var requests: [Request] = []
    package var keys: Keys?

    package init() {}
}

/// An `audit` stanza: a device that is there whenever the server is open.
package struct DeclaredAuditDevice: Sendable, Equatable {
    package var type: String
    /// Without a final slash.
    package var path: String
    package var description = ""
    package var options: [String: String] = [:]
    package var isLocal = false
}
