import CofferStorage
import Testing

@Suite struct FolderListingTests {
    /// Lists `keys` as a storage does, and counts the seeks.
    private func list(
        _ keys: [StorageKey], of prefix: StorageKey, after: String? = nil, limit: Int? = nil
    ) -> (names: [String], seeks: Int) {
        let sorted = keys.sorted()
        var listing = FolderListing(of: prefix, after: after, limit: limit)
        var seeks = 0
        while let start = listing.start {
            seeks += 1
            let rest = sorted.drop { $0 < start }
            let stop = rest.first { if case .seek = listing.offer($0.bytes) { true } else { false } }
            if stop == nil { listing.finish() }
        }
        return (listing.names, seeks)
    }

    @Test("a large sub-folder costs one seek, whatever it holds")
    func foldersAreSkipped() {
        let keys = (0..<100).map { StorageKey("f/big/\($0)") } + ["f/a", "f/z"]
        let result = list(keys, of: "f/")
        #expect(result.names == ["a", "big/", "z"])
        #expect(result.seeks == 2)
    }

    @Test("leaves are walked without seeking")
    func leavesAreWalked() {
        let result = list((0..<100).map { StorageKey("f/\($0)") }, of: "f/")
        #expect(result.names.count == 100)
        #expect(result.seeks == 1)
    }

    @Test("a page starts behind a whole folder, and behind one leaf")
    func pagesStartBehindTheName() {
        let keys: [StorageKey] = ["f/a", "f/a/1", "f/a/2", "f/a0", "f/b"]
        #expect(list(keys, of: "f/", after: "a").names == ["a/", "a0", "b"])
        #expect(list(keys, of: "f/", after: "a/").names == ["a0", "b"])
        #expect(list(keys, of: "f/", after: "a/1").names == ["a0", "b"])
        #expect(list(keys, of: "f/", after: "").names == ["a", "a/", "a0", "b"])
        #expect(list(keys, of: "f/", after: "a", limit: 1).names == ["a/"])
        #expect(list(keys, of: "f/", after: "zz").names == [])
    }

    @Test("a folder whose keys end the key space ends the listing")
    func lastFolderEnds() {
        let last = StorageKey(bytes: [0xff, 0xff])
        #expect(list([last], of: StorageKey(bytes: [0xff])).names.count == 1)
        #expect(list(["a/b", last], of: "").names == ["a/", "\u{fffd}\u{fffd}"])
    }
}
