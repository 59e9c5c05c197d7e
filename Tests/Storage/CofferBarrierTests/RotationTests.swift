import CofferBase
import CofferCrypto
import CofferJSON
import CofferStorage
import MemoryStorage
import TestSupport
import Testing

@testable internal import CofferBarrier

@Suite struct RotationTests {
    private let fixture = Fixture()

    @Test("after a rotation the new key encrypts, and everything written before can still be read")
    func oldEntries() async throws {
        let barrier = try await fixture.opened(cacheEntries: 0)
        for term in 1...5 as ClosedRange<UInt8> {
            try await barrier.put(StorageKey("e/\(term)"), [term])
            #expect(try await fixture.memory.get(StorageKey("e/\(term)"))?.value.prefix(5) == [0, 0, 0, term, 2])
            fixture.clock.advance(by: .seconds(60))
            try await barrier.rotate()
        }
        #expect(barrier.keyStatus?.term == 6)
        #expect(barrier.keyStatus?.installTime == "2026-01-01T00:05:00Z")
        for reader in [barrier, fixture.barrier(cacheEntries: 0)] {
            if reader.isSealed { try await reader.unseal(rootKey: fixture.rootKey) }
            for term in 1...5 as ClosedRange<UInt8> {
                #expect(try await reader.value(StorageKey("e/\(term)")) == [term])
            }
        }
    }

    @Test("the stored keyring has the form of the family, under the root key and bound to its path")
    func keyringForm() async throws {
        let barrier = try await fixture.opened()
        try await barrier.rotate()
        let entry = try #require(try await fixture.memory.get("core/keyring")).value
        #expect(entry.prefix(5) == [0, 0, 0, 1, 2])
        let key = try #require(AEADKey(fixture.rootKey))
        let plaintext = try key.open(entry[17...], nonce: entry[5..<17], aad: Array("core/keyring".utf8))
        let json = try JSON.parse(plaintext)
        #expect(json["MasterKey"]?.stringValue == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        let keys = try #require(json["Keys"]?.arrayValue)
        #expect(keys.map { $0["Term"]?.intValue } == [1, 2])
        #expect(keys.map { $0["Version"]?.intValue } == [1, 1])
        #expect(keys.map { Base64.standard.decode($0["Value"]?.stringValue ?? "")?.count } == [32, 32])
        #expect(keys.map { $0["InstallTime"]?.stringValue } == ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"])
        #expect(keys.allSatisfy { $0["encryptions"]?.intValue != nil })
        #expect(json["RotationConfig"]?.objectValue?.keys.sorted() == ["Disabled", "Interval", "MaxOperations"])
        #expect(json["RotationConfig"]?["MaxOperations"]?.intValue == 3_865_470_566)
    }

    @Test("the standbys' copy of the root key is written with each keyring, under the active key")
    func standbyCopy() async throws {
        let barrier = try await fixture.opened()
        for term in 1...3 as ClosedRange<UInt32> {
            if term > 1 { try await barrier.rotate() }
            let entry = try #require(try await fixture.memory.get("core/root-key"))
            #expect(entry.version == (try await fixture.memory.get("core/keyring"))?.version)
            #expect(BarrierEntry.term(of: entry.value) == term)
            let json = try JSON.parse(try #require(try await barrier.value("core/root-key")))
            #expect(json["Term"]?.intValue == 1)
            #expect(json["Value"]?.stringValue == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        }
    }

    @Test("a keyring written elsewhere in the family opens, whatever else it says")
    func foreignKeyring() throws {
        let root = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
        let text = """
            {"MasterKey":"\(root)","Keys":[
            {"Term":2,"Version":1,"Value":"\(root)","InstallTime":"2025-01-01T00:00:00.5Z","Extra":[]},
            {"Term":1,"Version":1,"Value":"AAAAAAAAAAAAAAAAAAAAAA==","InstallTime":"2024-01-01T00:00:00Z","encryptions":9}],
            "RotationConfig":{"Disabled":true,"MaxOperations":0,"Interval":0}}
            """
        let keyring = try #require(Keyring(encoded: Array(text.utf8), rootKey: fixture.rootKey))
        #expect(keyring.active.term == 2)
        #expect(keyring.active.installTime == "2025-01-01T00:00:00.5Z")
        #expect(keyring[1]?.encryptions == 9)
        #expect(keyring[3] == nil)
        #expect(!keyring.rotation.isEnabled)
        #expect(keyring.rotation.maximumOperations == 3_865_470_566)
        let again = try #require(Keyring(encoded: keyring.encoded(), rootKey: fixture.rootKey))
        #expect(again.active.term == 2 && again[1]?.value.count == 16)
    }

    @Test(
        "what is no keyring, or another root key's, is refused",
        arguments: [
            "", "{}", "[]", #"{"MasterKey":"ROOT"}"#, #"{"MasterKey":"ROOT","Keys":[]}"#,
            #"{"MasterKey":"AAAA","Keys":[{"Term":1,"Value":"ROOT"}]}"#,
            #"{"MasterKey":"ROOT","Keys":[{"Term":1,"Value":"AAAA"}]}"#,
            #"{"MasterKey":"ROOT","Keys":[{"Term":-1,"Value":"ROOT"}]}"#,
            #"{"MasterKey":"ROOT","Keys":[{"Term":4294967296,"Value":"ROOT"}]}"#,
            #"{"MasterKey":"ROOT","Keys":[{"Term":1,"Value":"ROOT"},{"Term":1,"Value":"ROOT"}]}"#,
            #"{"MasterKey":"ROOT","Keys":[{"Value":"ROOT"}]}"#,
        ])
    func noKeyring(text: String) {
        let parts = text.split(separator: "ROOT", omittingEmptySubsequences: false)
        let full = parts.joined(separator: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        #expect(Keyring(encoded: Array(full.utf8), rootKey: fixture.rootKey) == nil)
    }

    @Test("a keyring under the right key that is not one is called damaged")
    func damagedKeyring() async throws {
        let barrier = try await fixture.opened()
        let key = try #require(AEADKey(fixture.rootKey))
        let entry = try BarrierEntry.seal(
            Array("{}".utf8), at: "core/keyring", term: 1, key: key, nonce: ArraySlice(0..<12))
        try await fixture.tamper(barrier, "core/keyring", entry)
        await #expect(throws: BarrierError.damagedKeyring) {
            try await fixture.barrier().unseal(rootKey: fixture.rootKey)
        }
    }

    @Test(
        "rotation settings have bounds",
        arguments: [
            (1_000_000, 0, true), (3_865_470_566, 86_400, true), (999_999, 0, false), (3_865_470_567, 0, false),
            (1_000_000, 86_399, false), (1_000_000, -86_400, false), (0, 0, false),
        ])
    func settings(operations: Int64, interval: Int64, isTaken: Bool) async throws {
        let barrier = try await fixture.opened()
        var settings = RotationSettings()
        settings.maximumOperations = operations
        settings.interval = .seconds(interval)
        settings.isEnabled = false
        guard isTaken else {
            await #expect(throws: BarrierError.rotationSettings) { try await barrier.setRotation(settings) }
            #expect(barrier.rotation == RotationSettings())
            return
        }
        try await barrier.setRotation(settings)
        #expect(barrier.rotation == settings)
        barrier.seal()
        try await barrier.unseal(rootKey: fixture.rootKey)
        #expect(barrier.rotation == settings)
        #expect(barrier.keyStatus?.term == 1)
    }

    @Test("a key is due when it is old enough or used enough, unless rotation is off")
    func due() throws {
        var settings = RotationSettings()
        settings.maximumOperations = 1_000_000
        settings.interval = .seconds(86_400)
        let start = try #require(Timestamp(rfc3339: "2026-01-01T00:00:00Z"))
        func status(_ count: Int64, installed: String = "2026-01-01T00:00:00Z") -> KeyStatus {
            KeyStatus(term: 1, installTime: installed, encryptions: count)
        }
        #expect(!settings.isDue(status(999_999), at: start + .seconds(86_399)))
        #expect(settings.isDue(status(1_000_000), at: start))
        #expect(settings.isDue(status(0), at: start + .seconds(86_400)))
        #expect(!settings.isDue(status(0, installed: ""), at: start + .seconds(86_400)))
        settings.isEnabled = false
        #expect(!settings.isDue(status(5_000_000), at: start + .seconds(864_000)))
    }

    @Test("the barrier says so when its key is due, and no longer after the rotation")
    func barrierIsDue() async throws {
        let barrier = try await fixture.opened()
        var settings = RotationSettings()
        settings.interval = .seconds(86_400)
        try await barrier.setRotation(settings)
        #expect(!barrier.isRotationDue)
        fixture.clock.advance(by: .seconds(86_400))
        #expect(barrier.isRotationDue)
        try await barrier.rotate()
        #expect(!barrier.isRotationDue)
        #expect(barrier.rotation == settings)
    }

    @Test("a failed rotation changes nothing")
    func failedRotation() async throws {
        let barrier = try await fixture.opened()
        let before = try await fixture.memory.get("core/keyring")
        fixture.memory.faults.fail(operation: 1, with: .unavailable("disk full"))
        await #expect(throws: BarrierError.storage(.unavailable("disk full"))) { try await barrier.rotate() }
        #expect(barrier.keyStatus?.term == 1)
        #expect(try await fixture.memory.get("core/keyring") == before)
        try await barrier.put("a", [1])
        #expect(try await barrier.value("a") == [1])
    }
}
