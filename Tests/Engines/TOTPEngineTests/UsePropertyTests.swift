import CofferBase
import CofferFramework
import CofferJSON
import TOTPEngine
import TestSupport
import Testing

/// Random attempts with codes of periods around the present one, against a set of those that were used.
@Suite struct UsePropertyTests {
    private static let period: Int64 = 30

    @Test("a code counts once, in its own period and its neighbours", arguments: 1...8 as ClosedRange<UInt64>)
    func attempts(seed: UInt64) async throws {
        let random = RandomSource.seeded(seed)
        var mount = try await EngineHarness(TOTP.kind)
        try await mount.write("keys/k", ["key": "JBSWY3DPEHPK3PXP", "digits": 8])
        var used: Set<Int64> = []
        for _ in 0..<200 {
            let choice = try random.bytes(2)
            let present = mount.clock.now.seconds / Self.period
            switch choice[0] % 8 {
            case 0: mount.clock.advance(by: .seconds(Int64(choice[1]) % 45))
            case 1: mount = try await EngineHarness(TOTP.kind, sharing: mount)
            default:
                let step = present + Int64(choice[1] % 7) - 3
                let code = try await code(of: step, at: mount)
                let counts = abs(step - present) <= 1
                if counts && used.contains(step) {
                    await #expect(throws: EngineError.self) { try await mount.write("code/k", ["code": .string(code)]) }
                } else {
                    let valid = try await mount.write("code/k", ["code": .string(code)]).data?["valid"]
                    #expect(valid == .bool(counts))
                    if counts { used.insert(step) }
                }
            }
        }
        #expect(used.count > 10)
    }

    /// What the engine itself shows in that period.
    private func code(of step: Int64, at mount: EngineHarness) async throws -> String {
        let now = mount.clock.now
        mount.clock.advance(by: Timestamp(seconds: step * Self.period) - now)
        defer { mount.clock.advance(by: now - mount.clock.now) }
        return try await mount.read("code/k").data?["code"]?.stringValue ?? ""
    }
}
