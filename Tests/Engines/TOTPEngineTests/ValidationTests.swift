import CofferBase
import CofferFramework
import CofferJSON
import TOTPEngine
import TestSupport
import Testing

@Suite struct ValidationTests {
    private static let used = EngineError.badRequest("code already used; wait until the next time period")

    private func mount(_ more: JSONObject = [:]) async throws -> EngineHarness {
        let mount = try await EngineHarness(TOTP.kind)
        var key = more
        key["key"] = "JBSWY3DPEHPK3PXP"
        try await mount.write("keys/bob", key)
        return mount
    }

    private func code(_ mount: EngineHarness) async throws -> String {
        try await mount.read("code/bob").data?["code"]?.stringValue ?? ""
    }

    private func isValid(_ mount: EngineHarness, _ code: String) async throws -> Bool {
        try await mount.write("code/bob", ["code": .string(code)]).data?["valid"] == true
    }

    @Test("no other spelling of a used code is let in for as long as it could be valid (M01)")
    func spellings() async throws {
        let mount = try await mount()
        let code = try await code(mount)
        #expect(try await isValid(mount, code))
        let fullWidth = String(
            String.UnicodeScalarView(code.unicodeScalars.compactMap { UnicodeScalar($0.value + 0xfee0) }))
        for _ in 0..<2 {
            await #expect(throws: Self.used) { try await mount.write("code/bob", ["code": .string(code)]) }
            let spellings = [
                " " + code, code + " ", code.prefix(3) + " " + code.suffix(3), "+" + code, "0" + code, code + "\n",
                fullWidth,
            ]
            for spelling in spellings { #expect(try await !isValid(mount, String(spelling))) }
            mount.clock.advance(by: .seconds(30))
        }
        mount.clock.advance(by: .seconds(30))
        #expect(try await !isValid(mount, code), "its time is over")
    }

    @Test("a used code stays used after a restart (M03)")
    func restart() async throws {
        let mount = try await mount()
        let code = try await code(mount)
        #expect(try await isValid(mount, code))
        let restarted = try await EngineHarness(TOTP.kind, sharing: mount)
        await #expect(throws: Self.used) { try await restarted.write("code/bob", ["code": .string(code)]) }
    }

    @Test("of many that show a code at once one is let in (M02)")
    func together() async throws {
        let mount = try await mount()
        let code = try await code(mount)
        let accepted = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { (try? await isValid(mount, code)) ?? false } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(accepted == 1)
    }

    @Test("two keys with an equal code are two (M04)")
    func equalCodes() async throws {
        let mount = try await mount()
        try await mount.write("keys/alice", ["key": "JBSWY3DPEHPK3PXP"])
        let code = try await code(mount)
        for name in ["bob", "alice"] {
            #expect(try await mount.write("code/\(name)", ["code": .string(code)]).data?["valid"] == true)
        }
    }

    @Test("the neighbouring codes count with a skew of 1, each once, and not with 0")
    func skew() async throws {
        for skew: JSON in [1, 0] {
            let mount = try await mount(["skew": skew])
            let previous = try await code(mount)
            mount.clock.advance(by: .seconds(30))
            let present = try await code(mount)
            mount.clock.advance(by: .seconds(30))
            let next = try await code(mount)
            mount.clock.advance(by: .seconds(-30))
            #expect(try await isValid(mount, next) == (skew == 1))
            #expect(try await isValid(mount, previous) == (skew == 1))
            #expect(try await isValid(mount, present))
        }
    }

    @Test("wrong codes, no code and no key")
    func wrong() async throws {
        let mount = try await mount(["digits": 8])
        #expect(try await !isValid(mount, "123456"))
        #expect(try await !isValid(mount, "abcdefgh"))
        #expect(try await !isValid(mount, String(repeating: "1", count: 100_000)))
        await #expect(throws: EngineError.badRequest("the code value is required")) {
            try await mount.write("code/bob", [:])
        }
        await #expect(throws: EngineError.badRequest("unknown key: nobody")) {
            try await mount.write("code/nobody", ["code": "123456"])
        }
        await #expect(throws: EngineError.badRequest("unknown key: nobody")) { try await mount.read("code/nobody") }
    }
}
