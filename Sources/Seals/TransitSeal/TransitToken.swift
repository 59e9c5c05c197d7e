internal import CofferFramework
internal import CofferJSON

/// Keeps the seal's token alive for as long as the server runs.
struct TransitToken: Sendable {
    private static let shortest: Duration = .seconds(5)

    private let service: TransitService
    private let renews: Bool

    init(_ service: TransitService, renews: Bool) {
        self.service = service
        self.renews = renews
    }

    /// Renews the token, if it can be renewed.
    /// - Returns: when to come again: after two thirds of its life.
    func renewIfNeeded() async throws(SealFailure) -> Duration? {
        if !renews { return nil }
        let known = try await service.call("GET", "/v1/auth/token/lookup-self")
        guard known["data"]?["renewable"]?.boolValue == true else { return nil }
        let renewed = try await service.call("POST", "/v1/auth/token/renew-self", [:])
        guard let seconds = renewed["auth"]?["lease_duration"]?.intValue, seconds > 0 else { return nil }
        // A day at most, so that a token whose maximum was changed is noticed.
        return max(Self.shortest, .seconds(min(seconds, 129_600) * 2 / 3))
    }
}
