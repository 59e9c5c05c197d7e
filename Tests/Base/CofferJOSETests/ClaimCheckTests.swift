import CofferBase
import CofferJOSE
import CofferJSON
import Testing

@Suite struct ClaimCheckTests {
    private let now = Timestamp(seconds: 1_000_000)

    private func failure(_ claims: JSONObject, _ change: (inout ClaimCheck) -> Void = { _ in }) -> JOSEError? {
        var check = ClaimCheck()
        change(&check)
        do throws(JOSEError) {
            try check.check(claims, at: now)
            return nil
        } catch {
            return error
        }
    }

    @Test("times are checked with a minute of leeway")
    func times() {
        #expect(failure(["exp": 1_000_001]) == nil)
        #expect(failure(["exp": 999_941]) == nil)
        #expect(failure(["exp": 999_940]) == .expired)
        #expect(failure([:]) == .missingClaim("exp"))
        #expect(failure([:]) { $0.requiresExpiry = false } == nil)
        #expect(failure(["exp": 1_000_001, "nbf": 1_000_060]) == nil)
        #expect(failure(["exp": 1_000_001, "nbf": 1_000_061]) == .notYetValid)
        #expect(failure(["exp": 1_000_001, "iat": 1_000_061]) == .issuedInFuture)
        #expect(failure(["exp": 999_999]) { $0.expiryLeeway = .zero } == .expired)
    }

    @Test(
        "a time that is no number of seconds is refused",
        arguments: ["soon", true, [1], .number(JSONNumber(checkedText: "1e300"))] as [JSON])
    func odd(value: JSON) { #expect(failure(["exp": value]) == .malformed) }

    @Test("issuer and audience are compared byte by byte")
    func names() {
        let claims: JSONObject = ["exp": 1_000_001, "iss": "https://a", "aud": ["one", "two"]]
        #expect(failure(claims) { $0.issuer = "https://a" } == nil)
        #expect(failure(claims) { $0.issuer = "https://a/" } == .wrongIssuer)
        #expect(failure(claims) { $0.audiences = ["three", "two"] } == nil)
        #expect(failure(claims) { $0.audiences = ["Two"] } == .wrongAudience)
        #expect(failure(["exp": 1_000_001]) { $0.audiences = ["x"] } == .wrongAudience)
        #expect(failure(["exp": 1_000_001, "aud": "x"]) { $0.audiences = ["x"] } == nil)
    }
}
