import CofferBase
import LeaseService
import Testing

@Suite struct LeaseIDTests {
    private let key = "h" + String(repeating: "0123456789abcdef", count: 4)

    @Test("the lease of a token is named by its key, and names are in the order of the times")
    func names() {
        let early = LeaseID.name(ofTokenKey: key, at: Timestamp(nanoseconds: 0x0123_4567_89ab_cdef))
        let late = LeaseID.name(ofTokenKey: key, at: Timestamp(nanoseconds: 0x0123_4567_89ab_cdf0))
        #expect(early == "h0123456789abcdef" + key.dropFirst())
        #expect(late == "h0123456789abcdf0" + key.dropFirst())
        #expect(LeaseID.tokenKey(ofName: early[...]) == key)
        #expect(LeaseID.tokenKey(ofName: key[...]) == key, "as earlier releases named it")
    }

    @Test("tokens made at one moment have leases of their own")
    func sameMoment() {
        let now = Timestamp(seconds: 1_700_000_000)
        let other = "h" + String(repeating: "fedcba9876543210", count: 4)
        #expect(LeaseID.name(ofTokenKey: key, at: now) != LeaseID.name(ofTokenKey: other, at: now))
    }

    @Test("a token with an id of its own has a lease named by its key")
    func customID() {
        let key = String(repeating: "0a", count: 20)
        #expect(LeaseID.name(ofTokenKey: key, at: Timestamp(seconds: 1)) == key)
        #expect(LeaseID.tokenKey(ofName: key[...]) == key)
    }
}
