import CofferJSON
import ServerHarness
import TestSupport
import Testing

/// Lease-count quotas of a mount and of one path in it: the narrower one decides.
@Suite struct QuotaModelTests {
    enum Command: Sendable {
        case allow(Int, most: Int), lift(Int)
        case lease, revoke(Int)
        case restart
    }

    private static let paths = ["db", "db/creds/app"]

    @Test("there are never more leases than the quota allows, and never fewer", arguments: 1...6 as ClosedRange<UInt64>)
    func histories(seed: UInt64) async throws {
        let found = try await StateMachine.counterexample(seed: seed, length: 50, Self.command, run: Self.run)
        #expect(found == nil, "\(found.map(\.description) ?? "")")
    }

    private static func command(_ choices: inout Choices) -> Command {
        let number = choices.below(100)
        return switch choices.below(12) {
        case 0, 1: .allow(number % 2, most: choices.below(4) + 1)
        case 2: .lift(number % 2)
        case 3..<9: .lease
        case 9, 10: .revoke(number)
        default: .restart
        }
    }

    private static func run(_ commands: [Command]) async throws -> String? {
        let leases = try await LeaseServer()
        let server = leases.server
        var most: [Int: Int] = [:]
        var live: [String] = []
        for command in commands {
            switch command {
            case .allow(let place, let number):
                try await server.ok(
                    "POST", "sys/quotas/lease-count/q\(place)",
                    ["max_leases": .int(number), "path": .string(paths[place])])
                most[place] = number
            case .lift(let place):
                _ = await server.send("DELETE", "sys/quotas/lease-count/q\(place)")
                most[place] = nil
            case .lease:
                let answer = await server.send("GET", "db/creds/app", query: "ttl=1h")
                let mayLease = (most[1] ?? most[0]).map { live.count < $0 } ?? true
                if (answer.status == 200) != mayLease { return "\(live.count) leases, and \(answer.status)" }
                if let id = answer["lease_id"]?.stringValue { live.append(id) }
            case .revoke(let number):
                guard !live.isEmpty else { continue }
                let id = live.remove(at: number % live.count)
                try await server.ok("PUT", "sys/leases/revoke", ["lease_id": .string(id)])
            case .restart: try await server.reopen()
            }
            try await leases.settle()
            let shown = await server.send("LIST", "sys/leases/lookup/db/creds/app").keys.count
            if shown != live.count { return "\(shown) leases instead of \(live.count)" }
        }
        return nil
    }
}
