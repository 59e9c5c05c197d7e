import Testing

@testable internal import DatabaseEngine

@Suite struct ConnectionURLTests {
    @Test("hiding one password does not leave another that it had hidden from us")
    func laterPasses() {
        #expect(ConnectionURL.redacted("password=a@ l:secret/@") == "password=xxxxx l:xxxxx@")
        let quoted = "password='xd=&:p@d/ password='xd=& secret::@@dd"
        let shown = ConnectionURL.redacted(quoted)
        #expect(ConnectionURL.redacted(shown) == shown)
    }
}
