package import CofferBase
package import HTTPClient

/// Why no keys were found; it holds none.
package struct AWSCredentialFailure: Error, Sendable, Equatable {
    package let text: String

    package init(_ text: String) { self.text = text }
}

/// The keys of this machine, from where AWS's own programs take them, and anew before they end.
///
/// The order: variables, web identity, shared files, container, instance. A place that is configured and
/// gives nothing is a failure: another identity must not take its part unnoticed.
package final class AWSCredentialChain: Sendable {
    /// Keys that end this soon are not used any more.
    private static let margin: Duration = .seconds(300)

    private let fixed: AWSCredentials?
    private let places: AWSCredentialPlaces
    private let clock: any WallClock
    private let known = Snapshot<AWSTemporaryCredentials?>(nil)

    /// - Parameters:
    ///   - fixed: keys of a configuration, which end the search.
    ///   - region: where tokens of web identities are exchanged.
    ///   - open: how requests reach an address; the usual way unless given.
    package init(
        fixed: AWSCredentials?, environment: [String: String], region: String, clock: any WallClock,
        open: @escaping @Sendable (HTTPAddress) -> HTTPSender = { OutboundHTTP($0).sender }
    ) {
        self.fixed = fixed
        self.clock = clock
        places = AWSCredentialPlaces(environment: environment, region: region, open: open)
    }

    package func credentials() async throws(AWSCredentialFailure) -> AWSCredentials {
        if let fixed { return fixed }
        if let known = known.value, known.expires.map({ clock.now + Self.margin < $0 }) ?? true { return known.keys }
        do throws(AWSCredentialFailure) {
            let found = try await places.find()
            known.replace(with: found)
            return found.keys
        } catch {
            // Until their end the old ones are good.
            if let known = known.value, let end = known.expires, clock.now < end { return known.keys }
            throw error
        }
    }
}

/// Keys with the time at which they end.
struct AWSTemporaryCredentials: Sendable {
    let keys: AWSCredentials
    /// Nil: never.
    let expires: Timestamp?
}
