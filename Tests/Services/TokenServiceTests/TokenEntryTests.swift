import CofferBase
import CofferFramework
import CofferJSON
import Testing

@testable import TokenService

@Suite struct TokenEntryTests {
    private static let full = {
        var entry = TokenEntry()
        entry.id = "hvs.x"
        entry.accessor = "a"
        entry.parentKey = "p"
        entry.policies = ["default", "quo\"ted"]
        entry.path = "auth/x/login"
        entry.metadata = ["name": "value"]
        entry.displayName = "d"
        entry.uses = -1
        entry.creationTime = Timestamp(nanoseconds: 5)
        entry.ttl = .seconds(3600)
        entry.explicitMaximumTTL = .seconds(7200)
        entry.period = .seconds(60)
        entry.boundCIDRs = ["10.0.0.0/8"]
        entry.typeName = "batch"
        entry.cubbyholeID = "c"
        entry.entityID = "e"
        entry.role = "r"
        entry.namespaceID = "ns1"
        entry.renewable = false
        entry.loginMount = "m"
        entry.internalData = ["role": "r"]
        entry.leaseID = "auth/x/login/h0"
        return entry
    }()

    @Test("what is written is what the schema would write", arguments: [TokenEntry(), full])
    func encoding(entry: TokenEntry) throws {
        let written = try JSON.parseObject(entry.encoded(), limits: .trusted)
        var usual = TokenEntry.schema.encode(TokenEntry())
        // These three always stand there.
        for name in ["id", "accessor", "creation_time"] { usual[name] = nil }
        for field in TokenEntry.schema.encode(entry).members where usual[field.key] != field.value {
            #expect(written[field.key] == field.value, "\(field.key)")
        }
        let read = try TokenEntry(encoded: entry.encoded())
        #expect(TokenEntry.schema.encode(read) == TokenEntry.schema.encode(entry))
    }
}
