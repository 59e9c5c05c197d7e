import TestSupport
import Testing

/// The harness of the models itself: it has to find what is wrong, and to cut it short.
@Suite struct StateMachineTests {
    private enum Command: Equatable { case add, take, nothing }

    /// Wrong once something was taken from two.
    private static func run(_ commands: [Command]) -> String? {
        var count = 0
        for command in commands {
            if command == .add { count += 1 }
            if command == .take { if count >= 2 { return "wrong" } }
        }
        return nil
    }

    @Test("a flawed system is found, and the history is as short as it can be", arguments: 1...5 as ClosedRange<UInt64>)
    func flawed(seed: UInt64) async throws {
        let found = try await StateMachine.counterexample(seed: seed, length: 80) { choices in
            choices.one(of: [Command.add, .take, .nothing, .nothing])
        } run: {
            Self.run($0)
        }
        #expect(try #require(found).commands == [.add, .add, .take])
    }
}
