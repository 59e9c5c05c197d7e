import CofferStorage
import Testing

@testable import SQLiteStorage

@Suite struct KnownVersionsTests {
    @Test("an entry is asked for once, and then follows what is written")
    func following() throws {
        var (known, asked) = (KnownVersions(), 0)
        func version(_ key: StorageKey) throws -> UInt64 {
            try known.version(of: key) {
                asked += 1
                return 7
            }
        }
        #expect(try version("a") == 7)
        known.change("a", to: 8)
        known.change("b", to: 9)
        #expect(try version("a") == 8)
        // Only what was expected before is followed.
        #expect(try version("b") == 7)
        known.change("a", to: 0)
        #expect(try version("a") == 0)
        #expect(asked == 2)
    }

    @Test("when there is no more room it begins anew")
    func bounded() throws {
        var known = KnownVersions()
        for number in 0..<5000 { #expect(try known.version(of: StorageKey("\(number)")) { 1 } == 1) }
        #expect(try known.version(of: "0") { 2 } == 2)
    }
}
