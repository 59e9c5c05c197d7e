import PolicyService
import Testing

@Suite struct WrappingTests {
    private func acl(_ bounds: String...) throws -> ACL {
        let policies = try bounds.map {
            try Policy.parse(name: "p", namespace: "root", text: path("a", "read", "list", "update", and: $0))
        }
        return ACL(policies: policies, isRoot: false)
    }

    @Test("with a minimum every request must be wrapped, long enough")
    func minimum() throws {
        let acl = try acl("min_wrapping_ttl = \"1m\"")
        #expect(acl.decision(.read, "a").reason == .wrappingRequired)
        #expect(acl.decision(.read, "a", wrap: .zero).reason == .wrappingRequired)
        #expect(acl.decision(.read, "a", wrap: .seconds(59)).reason == .wrappingTTLTooShort)
        #expect(acl.allows(.read, "a", wrap: .seconds(60)))
        #expect(acl.allows(.list, "a", wrap: .seconds(6000)))
    }

    @Test("with a maximum every request must be wrapped, not for longer")
    func maximum() throws {
        let acl = try acl("max_wrapping_ttl = 90")
        #expect(acl.decision(.update, "a").reason == .wrappingRequired)
        #expect(acl.decision(.update, "a", wrap: .seconds(91)).reason == .wrappingTTLTooLong)
        #expect(acl.allows(.update, "a", wrap: .seconds(90)))
        #expect(acl.allows(.update, "a", wrap: .seconds(1)))
    }

    @Test("both bounds may be equal; zero is no bound")
    func bounds() throws {
        let exact = try acl("min_wrapping_ttl = \"60\"\nmax_wrapping_ttl = \"1m\"")
        #expect(exact.allows(.read, "a", wrap: .seconds(60)))
        #expect(!exact.allows(.read, "a", wrap: .seconds(61)))
        #expect(try acl("min_wrapping_ttl = 0\nmax_wrapping_ttl = \"0s\"").allows(.read, "a"))
        #expect(try acl("min_wrapping_ttl = 5\nmax_wrapping_ttl = 0").allows(.read, "a", wrap: .seconds(500)))
    }

    @Test("of several policies the lowest value of each bound holds")
    func merging() throws {
        let acl = try acl(
            "min_wrapping_ttl = 60\nmax_wrapping_ttl = 600", "min_wrapping_ttl = 30\nmax_wrapping_ttl = 300", "",
            "min_wrapping_ttl = 0\nmax_wrapping_ttl = 0")
        #expect(!acl.allows(.read, "a"))
        #expect(!acl.allows(.read, "a", wrap: .seconds(29)))
        #expect(acl.allows(.read, "a", wrap: .seconds(30)))
        #expect(acl.allows(.read, "a", wrap: .seconds(300)))
        #expect(!acl.allows(.read, "a", wrap: .seconds(301)))
    }

    @Test("bounds that contradict each other after merging allow nothing")
    func contradiction() throws {
        let acl = try acl("min_wrapping_ttl = 100", "max_wrapping_ttl = 50")
        for seconds in [0, 49, 50, 75, 100, 101] { #expect(!acl.allows(.read, "a", wrap: .seconds(seconds))) }
    }
}
