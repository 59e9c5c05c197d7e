import CofferBase
import CofferJSON
import Testing

@testable import LeaseService

@Suite struct LeaseRecordTests {
    private let key = "h" + String(repeating: "0123456789abcdef", count: 4)

    private func lease(_ id: String, _ kind: Lease.Kind, token: String) -> Lease {
        Lease(
            id: id, kind: kind, tokenKey: token, namespaceID: "root", issueTime: Timestamp(seconds: 1),
            expireTime: Timestamp(seconds: 2), renewable: true)
    }

    @Test("the lease of a token names neither its id nor its token, which its key tells")
    func token() throws {
        let id = "auth/token/create/" + LeaseID.name(ofTokenKey: key, at: Timestamp(seconds: 1))
        let stored = lease(id, .token, token: key).encoded()
        #expect(
            try JSON.parseObject(stored, limits: .trusted).members.map(\.key) == ["issued", "expires", "renewable"])
        let read = try #require(Lease(id, encoded: stored))
        #expect(read.id == id && read.kind == .token && read.tokenKey == key && read.renewable)
        #expect(read.issueTime == Timestamp(seconds: 1) && read.expireTime == Timestamp(seconds: 2))
    }

    @Test("a token of another key than the id's, and the holder of a secret, are kept")
    func others() throws {
        let odd = lease("auth/x/y", .token, token: "elsewhere")
        #expect(Lease(odd.id, encoded: odd.encoded())?.tokenKey == "elsewhere")
        var secret = lease("database/creds/x/abc", .secret, token: key)
        secret.secret = .init(
            mountUUID: "m", ttl: .seconds(1), maximumTTL: .seconds(2), latestEnd: nil, internalData: ["user": "u"])
        let read = try #require(Lease(secret.id, encoded: secret.encoded()))
        #expect(read.kind == .secret && read.tokenKey == key && read.secret?.internalData["user"] == "u")
    }

    @Test("what earlier releases wrote is read")
    func earlier() throws {
        let text =
            #"{"id":"auth/x/h1","kind":"token","token":"h1","issued":1000000000,"expires":2000000000,"renewable":true}"#
        let read = try #require(Lease("auth/x/h1", encoded: Array(text.utf8)))
        #expect(read.tokenKey == "h1" && read.kind == .token && read.expireTime == Timestamp(seconds: 2))
    }

    @Test(
        "a damaged record is none",
        arguments: ["", "{}", #"{"kind":"x","issued":1,"expires":2}"#, #"{"kind":"secret","issued":1,"expires":2}"#])
    func damaged(text: String) {
        #expect(Lease("auth/x/h1", encoded: Array(text.utf8)) == nil)
    }
}
