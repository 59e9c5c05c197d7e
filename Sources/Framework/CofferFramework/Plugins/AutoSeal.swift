package import CofferBase

/// A seal that opens without people: some key outside the server encrypts the root key.
///
/// Calls may come at the same time, and every one of them ends within a minute, however the service behaves.
package protocol AutoSeal: Sendable {
    /// Which key of which service this is, as the configuration names it; no secret.
    ///
    /// Stored with every key that this seal has wrapped: it tells them from those of another seal.
    var identity: String { get }

    /// - Parameter key: at most a few kilobytes.
    func wrap(_ key: SecretBytes) async throws(SealFailure) -> WrappedKey

    func unwrap(_ wrapped: WrappedKey) async throws(SealFailure) -> SecretBytes

    /// Whether the service's key has been replaced since, so that `wrapped` should be made anew.
    func isStale(_ wrapped: WrappedKey) -> Bool

    /// What the seal has to do from time to time, such as renewing the token it comes with.
    /// - Returns: how long until it wants to be called again; nil for never.
    func upkeep() async throws(SealFailure) -> Duration?

    /// The server ends: what the seal holds at the service is given back.
    func close() async
}

extension AutoSeal {
    package func isStale(_ wrapped: WrappedKey) -> Bool { false }
    package func upkeep() async throws(SealFailure) -> Duration? { nil }
    package func close() async {}
}

/// Why a seal did not do as asked.
package struct SealFailure: Error, Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// Nobody answers, or not in time: worth another attempt.
        case unreachable
        /// The service does not let this server use the key.
        case refused
        /// The key was wrapped by another seal, or changed.
        case wrongKey
        /// The configuration cannot work.
        case invalid
    }

    package let reason: Reason
    /// For operators: holds neither keys nor credentials.
    package let text: String

    package init(_ reason: Reason, _ text: String) {
        self.reason = reason
        self.text = text
    }
}

/// An entry of the catalogue: how to make seals of one type.
package struct SealKind: Sendable {
    /// As in `seal "TYPE" { … }`.
    package let type: String
    /// Keys of the stanza, beside those that every seal has.
    package let keys: Set<String>
    /// Makes a seal; connects to nothing yet.
    package let make: @Sendable (SealSettings) throws(SealFailure) -> any AutoSeal

    package init(
        type: String, keys: Set<String>,
        make: @escaping @Sendable (SealSettings) throws(SealFailure) -> any AutoSeal
    ) {
        self.type = type
        self.keys = keys
        self.make = make
    }
}

/// What a seal is made from.
package struct SealSettings: Sendable {
    /// The keys of the stanza, as texts.
    package let options: [String: String]
    package let environment: [String: String]
    package let random: RandomSource
    package let clock: any WallClock

    package init(
        options: [String: String], environment: [String: String] = [:], random: RandomSource, clock: any WallClock
    ) {
        self.options = options
        self.environment = environment
        self.random = random
        self.clock = clock
    }

    /// A key's value, unless one of these variables has one; an empty text counts as none.
    package func value(_ key: String, over variables: String...) -> String? {
        for name in variables { if let text = environment[name], !text.isEmpty { return text } }
        return options[key].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A key's value; else that of the first of these variables that has one.
    package func value(_ key: String, else variables: String...) -> String? {
        if let text = options[key], !text.isEmpty { return text }
        for name in variables { if let text = environment[name], !text.isEmpty { return text } }
        return nil
    }

    /// False when the key is absent.
    package func flag(_ key: String, over variables: String...) throws(SealFailure) -> Bool {
        var text = options[key] ?? ""
        for name in variables { if let other = environment[name], !other.isEmpty { text = other } }
        if text.isEmpty { return false }
        guard let flag = Bool(wireText: text) else { throw SealFailure(.invalid, "\(key) must be true or false") }
        return flag
    }
}
