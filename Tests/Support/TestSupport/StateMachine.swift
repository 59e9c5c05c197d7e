internal import CofferBase

/// Random numbers of a seed, to choose commands with.
package struct Choices {
    private let random: RandomSource

    package init(seed: UInt64) { random = .seeded(seed) }

    /// From 0 to below `bound`.
    package mutating func below(_ bound: Int) -> Int {
        guard let bytes = try? random.bytes(4) else { return 0 }
        return bytes.reduce(0) { $0 << 8 | Int($1) } % max(bound, 1)
    }

    package mutating func one<Value>(of values: [Value]) -> Value { values[below(values.count)] }
}

/// Histories in which a system and its model disagree.
package enum StateMachine {
    /// A history as short as cutting makes it, and what was wrong at its end.
    package struct Counterexample<Command: Sendable>: CustomStringConvertible {
        package let seed: UInt64
        package let commands: [Command]
        package let difference: String

        package var description: String { "seed \(seed): \(difference) after \(commands)" }
    }

    /// Nil when system and model agree after each command of the seed's history.
    /// - Parameters:
    ///   - command: chooses one; it must mean something after any others, because some are left out later.
    ///   - run: begins anew, runs all, and says what the first difference is.
    package static func counterexample<Command: Sendable>(
        seed: UInt64, length: Int, _ command: (inout Choices) -> Command,
        run: ([Command]) async throws -> String?
    ) async throws -> Counterexample<Command>? {
        var choices = Choices(seed: seed)
        var commands: [Command] = []
        for _ in 0..<length { commands.append(command(&choices)) }
        guard var difference = try await run(commands) else { return nil }
        var piece = commands.count / 2
        while piece > 0 {
            var start = 0
            while start < commands.count {
                let shorter = Array(commands[..<start] + commands[min(start + piece, commands.count)...])
                if let found = try await run(shorter) {
                    (commands, difference) = (shorter, found)
                } else {
                    start += piece
                }
            }
            piece /= 2
        }
        return Counterexample(seed: seed, commands: commands, difference: difference)
    }
}
