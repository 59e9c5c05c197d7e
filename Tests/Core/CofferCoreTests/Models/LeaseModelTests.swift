import CofferJSON
import ServerHarness
import TestSupport
import Testing

/// Leases against their ends.
@Suite struct LeaseModelTests {
    enum Command: Sendable {
        case issue(minutes: Int64)
        case renew(Int, minutes: Int64), revoke(Int)
        case revokeAll, restart
        case wait(Int64)
    }

    @Test(
        "a lease is there until its end, its last renewal's end or its revocation",
        arguments: 1...6 as ClosedRange<UInt64>)
    func histories(seed: UInt64) async throws {
        let found = try await StateMachine.counterexample(seed: seed, length: 50, Self.command, run: Self.run)
        #expect(found == nil, "\(found.map(\.description) ?? "")")
    }

    private static func command(_ choices: inout Choices) -> Command {
        let number = choices.below(100)
        let minutes = Int64(choices.below(9) + 1)
        return switch choices.below(16) {
        case 0..<5: .issue(minutes: minutes)
        case 5..<8: .renew(number, minutes: minutes)
        case 8, 9: .revoke(number)
        case 10: number < 20 ? .revokeAll : .restart
        default: .wait(Int64(number) + 47)
        }
    }

    private static func run(_ commands: [Command]) async throws -> String? {
        let server = try await LeaseServer()
        var leases: [(id: String, end: Int64)] = []
        var now: Int64 = 0
        for command in commands {
            switch command {
            case .issue(let minutes): leases.append((try await server.lease("ttl=\(minutes)m"), now + minutes * 60))
            case .wait(let seconds):
                try await server.advance(seconds)
                now += seconds
            case .restart: try await server.server.reopen()
            case .revokeAll:
                _ = await server.server.send("PUT", "sys/leases/revoke-prefix/db/creds/app")
                for place in leases.indices { leases[place].end = min(leases[place].end, now) }
            case .renew(let number, let minutes):
                guard !leases.isEmpty else { continue }
                let place = number % leases.count
                let answer = await server.renew(leases[place].id, .int(minutes * 60))
                let lives = now < leases[place].end
                if (answer.status == 200) != lives { return "renewal of \(place) answers \(answer.status)" }
                if lives { leases[place].end = now + minutes * 60 }
            case .revoke(let number):
                guard !leases.isEmpty else { continue }
                let place = number % leases.count
                _ = await server.server.send("PUT", "sys/leases/revoke", ["lease_id": .string(leases[place].id)])
                leases[place].end = min(leases[place].end, now)
            }
            try await server.settle()
            for (place, lease) in leases.enumerated() {
                let exists = await server.exists(lease.id)
                if exists != (now < lease.end) { return "lease \(place) is \(exists ? "there" : "gone")" }
            }
        }
        return nil
    }
}
