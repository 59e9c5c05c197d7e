internal import GoFlags
internal import Testing

@testable internal import CofferCLI

@Suite struct CompletionTests {
    @Test("words of commands are completed from the table, one at a time")
    func words() {
        #expect(Completion.candidates("vault op") == ["operator"])
        #expect(Completion.candidates("vault operator mi") == ["migrate"])
        #expect(Completion.candidates("vault kv metadata ").contains("patch"))
        #expect(Completion.candidates("vault ").contains("status"))
        #expect(!Completion.candidates("vault ").contains { $0.contains(" ") })
        #expect(Completion.candidates("vault nosuch ") == [])
        #expect(Completion.candidates("vau") == [])
        #expect(Completion.candidates("") == [])
    }

    @Test("flags are completed with as many dashes as were typed; hidden ones are not")
    func flags() {
        #expect(Completion.candidates("vault kv get -vers") == ["-version"])
        #expect(Completion.candidates("vault kv get --mou") == ["--mount"])
        #expect(Completion.candidates("vault kv get -ns") == [])
        #expect(Completion.candidates("vault -ver") == ["-version"])
    }

    @Test("after arguments that are no commands nothing is guessed")
    func arguments() {
        #expect(Completion.candidates("vault kv get secret/a ") == [])
        #expect(Completion.candidates("vault read -format=json ") == [])
    }
}

@Suite struct ArchiveTests {
    @Test("the checksum of gzip is CRC-32 (its published check value)")
    func checksum() {
        #expect(StoredGzip.checksum(Array("123456789".utf8)) == 0xcbf4_3926)
        #expect(StoredGzip.checksum([]) == 0)
    }

    @Test("an archive is made of blocks, and long content of several stored ones")
    func blocks() {
        var archive = TarArchive(time: 0)
        archive.add("a", [UInt8](repeating: 7, count: 513))
        #expect(archive.finished.count == 512 + 1024 + 1024)
        let stored = StoredGzip.wrap([UInt8](repeating: 1, count: 70_000))
        #expect(stored.count == 10 + 5 + 65_535 + 5 + 4_465 + 8)
        #expect(stored[10] == 0)
        #expect(StoredGzip.wrap([]).count == 10 + 5 + 8)
    }
}
