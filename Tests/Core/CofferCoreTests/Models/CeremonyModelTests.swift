import CofferBarrier
import CofferBase
import CofferCore
import CofferJSON
import ServerHarness
import TestSupport
import Testing

/// Shares that are given to open the server, or for a root token, against sets of those that were given.
@Suite struct CeremonyModelTests {
    enum Command: Sendable {
        /// A share; the one after the last is a wrong one.
        case give(Int), giveForRoot(Int)
        case forget, seal
        case begin, cancel
    }

    private struct Model {
        var isSealed = true
        var given: Set<Int> = []
        var rootAttempt: String?
        var givenForRoot: Set<Int> = []
    }

    private static let (shares, threshold) = (4, 3)

    @Test("only enough right shares open, and every other set begins anew", arguments: 1...6 as ClosedRange<UInt64>)
    func histories(seed: UInt64) async throws {
        let found = try await StateMachine.counterexample(seed: seed, length: 60, Self.command, run: Self.run)
        #expect(found == nil, "\(found.map(\.description) ?? "")")
    }

    private static func command(_ choices: inout Choices) -> Command {
        let share = choices.below(12) == 0 ? shares : choices.below(shares)
        return switch choices.below(16) {
        case 0..<7: .give(share)
        case 7..<12: .giveForRoot(share)
        case 12: .forget
        case 13: .seal
        case 14: .begin
        default: .cancel
        }
    }

    private static func run(_ commands: [Command]) async throws -> String? {
        let server = ServerHarness()
        let made = try await server.core.initialize(
            InitializationPlan(SealConfiguration(shares: shares, threshold: threshold), rootTokenID: "root"))
        var keys = made.shares.map { Base64.standard.encode($0.copyBytes()) }
        keys.append(Base64.standard.encode([UInt8](repeating: 5, count: 32) + [77]))
        var model = Model()
        for command in commands {
            await step(command, keys, server, &model)
            let status = await server.send("GET", "sys/seal-status", token: nil)
            if status["sealed"] != .bool(model.isSealed) { return "sealed is \(status["sealed"]?.boolValue as Any)" }
            if status["progress"]?.intValue != Int64(model.given.count) { return "progress to open: \(status.text)" }
            guard !model.isSealed else { continue }
            let attempt = await server.send("GET", "sys/generate-root/attempt", token: nil)
            if attempt["started"] != .bool(model.rootAttempt != nil) { return "attempt: \(attempt.text)" }
            if attempt["progress"]?.intValue != Int64(model.givenForRoot.count) { return "attempt: \(attempt.text)" }
        }
        return nil
    }

    private static func step(_ command: Command, _ keys: [String], _ server: ServerHarness, _ model: inout Model) async
    {
        switch command {
        case .give(let share):
            _ = await server.send("PUT", "sys/unseal", ["key": .string(keys[share])], token: nil)
            guard model.isSealed else { return }
            model.given.insert(share)
            guard model.given.count == threshold else { return }
            if !model.given.contains(shares) { model.isSealed = false }
            model.given = []
        case .forget:
            _ = await server.send("PUT", "sys/unseal", ["reset": true], token: nil)
            if model.isSealed { model.given = [] }
        case .seal:
            _ = await server.send("PUT", "sys/seal")
            if !model.isSealed { model = Model() }
        case .begin:
            let answer = await server.send("PUT", "sys/generate-root/attempt", [:])
            if !model.isSealed, model.rootAttempt == nil { model.rootAttempt = answer["nonce"]?.stringValue ?? "" }
        case .cancel:
            _ = await server.send("DELETE", "sys/generate-root/attempt")
            if !model.isSealed { (model.rootAttempt, model.givenForRoot) = (nil, []) }
        case .giveForRoot(let share):
            guard !model.isSealed, let nonce = model.rootAttempt else { return }
            let answer = await server.send(
                "PUT", "sys/generate-root/update", ["key": .string(keys[share]), "nonce": .string(nonce)], token: nil)
            model.givenForRoot.insert(share)
            guard model.givenForRoot.count == threshold else { return }
            if answer["complete"] == true { model.rootAttempt = nil }
            if (answer["complete"] == true) == model.givenForRoot.contains(shares) { model.rootAttempt = "wrong" }
            model.givenForRoot = []
        }
    }
}
