import CofferJSON
import ServerHarness
import TestSupport
import Testing

/// Wrapping tokens: each opens once, until its time is over.
@Suite struct WrappingModelTests {
    enum Command: Sendable {
        case wrap
        case lookUp(Int), unwrap(Int), rewrap(Int)
        case wait(Int64)
        case restart
    }

    private struct Wrapped {
        let token: String
        let value: Int
        var end: Int64
        var isSpent = false
    }

    @Test("a wrapping token opens once, and not after its end", arguments: 1...6 as ClosedRange<UInt64>)
    func histories(seed: UInt64) async throws {
        let found = try await StateMachine.counterexample(seed: seed, length: 60, Self.command, run: Self.run)
        #expect(found == nil, "\(found.map(\.description) ?? "")")
    }

    private static func command(_ choices: inout Choices) -> Command {
        let place = choices.below(100)
        return switch choices.below(12) {
        case 0..<4: .wrap
        case 4, 5: .lookUp(place)
        case 6, 7: .unwrap(place)
        case 8, 9: .rewrap(place)
        case 10: .wait([7, 31, 61][place % 3])
        default: .restart
        }
    }

    private static func run(_ commands: [Command]) async throws -> String? {
        let server = try await ServerHarness.unsealed()
        var (wrapped, now): ([Wrapped], Int64) = ([], 0)
        func kept(_ answer: ServerAnswer, _ value: Int) {
            guard let token = answer["wrap_info"]?["token"]?.stringValue else { return }
            wrapped.append(Wrapped(token: token, value: value, end: now + 60))
        }
        for (value, command) in commands.enumerated() {
            switch command {
            case .wrap:
                let before = wrapped.count
                kept(
                    await server.send(
                        "POST", "sys/wrapping/wrap", ["v": .int(value)], headers: [("X-Vault-Wrap-TTL", "60s")]), value)
                if wrapped.count == before { return "nothing was wrapped" }
            case .wait(let seconds):
                try await server.settle()
                server.clock.advance(by: .seconds(seconds))
                now += seconds
            case .restart: try await server.reopen()
            case .lookUp(let number), .unwrap(let number), .rewrap(let number):
                guard !wrapped.isEmpty else { continue }
                let place = number % wrapped.count
                let lives = !wrapped[place].isSpent && now < wrapped[place].end
                let body: JSON = ["token": .string(wrapped[place].token)]
                var path = "lookup"
                if case .unwrap = command { path = "unwrap" }
                if case .rewrap = command { path = "rewrap" }
                let answer = await server.send("POST", "sys/wrapping/" + path, body)
                if (answer.status == 200) != lives { return "\(path) answers \(answer.status)" }
                guard lives, path != "lookup" else { continue }
                wrapped[place].isSpent = true
                if path == "rewrap" { kept(answer, wrapped[place].value) }
                if path == "unwrap", answer.data?["v"]?.intValue != Int64(wrapped[place].value) {
                    return "another value"
                }
            }
        }
        return nil
    }
}
