import CofferJSON
import ServerHarness
import TestSupport
import Testing

/// Entities that become one another, against a table of whose each alias is.
@Suite struct IdentityModelTests {
    enum Command: Sendable {
        case make
        case alias(Int, mount: Int)
        case merge(Int, into: Int)
        case delete(Int)
        case restart
    }

    private struct Entity {
        let id: String
        /// Names by mount.
        var aliases: [Int: String] = [:]
        var lives = true
    }

    @Test(
        "an alias leads to the entity that it was given to, or to the one that this became",
        arguments: 1...6 as ClosedRange<UInt64>)
    func histories(seed: UInt64) async throws {
        let found = try await StateMachine.counterexample(seed: seed, length: 40, Self.command, run: Self.run)
        #expect(found == nil, "\(found.map(\.description) ?? "")")
    }

    private static func command(_ choices: inout Choices) -> Command {
        let place = choices.below(100)
        return switch choices.below(12) {
        case 0..<3: .make
        case 3..<7: .alias(place, mount: choices.below(2))
        case 7..<10: .merge(place, into: choices.below(100))
        case 10: .delete(place)
        default: .restart
        }
    }

    private static func run(_ commands: [Command]) async throws -> String? {
        let server = try await ServerHarness.unsealed()
        var accessors: [JSON] = []
        for name in ["one", "two"] {
            try await server.ok("POST", "sys/auth/" + name, ["type": "userpass"])
            accessors.append(await server.send("GET", "sys/auth").data?[name + "/"]?["accessor"] ?? "")
        }
        var entities: [Entity] = []
        for (index, command) in commands.enumerated() {
            if let difference = try await step(command, index, server, accessors, &entities) { return difference }
            for (place, entity) in entities.enumerated() {
                let status = await server.send("GET", "identity/entity/id/" + entity.id).status
                if (status == 200) != entity.lives { return "entity \(place) answers \(status)" }
                for (mount, name) in entity.aliases {
                    let query: JSON = ["alias_name": .string(name), "alias_mount_accessor": accessors[mount]]
                    let found = await server.send("POST", "identity/lookup/entity", query).data?["id"]?.stringValue
                    if found != (entity.lives ? entity.id : nil) { return "\(name) leads to \(found ?? "nobody")" }
                }
            }
        }
        return nil
    }

    private static func step(
        _ command: Command, _ index: Int, _ server: ServerHarness, _ accessors: [JSON], _ entities: inout [Entity]
    ) async throws -> String? {
        if case .make = command {
            let made = try await server.ok("POST", "identity/entity", ["name": .string("entity-\(index)")])
            entities.append(Entity(id: made.data?["id"]?.stringValue ?? ""))
            return nil
        }
        guard !entities.isEmpty else { return nil }
        switch command {
        case .make: return nil
        case .restart: try await server.reopen()
        case .delete(let number):
            let place = number % entities.count
            _ = await server.send("DELETE", "identity/entity/id/" + entities[place].id)
            entities[place].lives = false
        case .alias(let number, let mount):
            let place = number % entities.count
            guard entities[place].lives, entities[place].aliases[mount] == nil else { return nil }
            let name = "alias-\(index)"
            try await server.ok(
                "POST", "identity/entity-alias",
                [
                    "name": .string(name), "canonical_id": .string(entities[place].id),
                    "mount_accessor": accessors[mount],
                ])
            entities[place].aliases[mount] = name
        case .merge(let number, let other):
            let (from, target) = (number % entities.count, other % entities.count)
            guard entities[from].lives, entities[target].lives else { return nil }
            let answer = await server.send(
                "POST", "identity/entity/merge",
                ["from_entity_ids": [.string(entities[from].id)], "to_entity_id": .string(entities[target].id)])
            let clashes = entities[from].aliases.keys.contains { entities[target].aliases[$0] != nil }
            let mayMerge = from != target && !clashes
            if (answer.status < 300) != mayMerge { return "merging \(from) into \(target) answers \(answer.text)" }
            guard mayMerge else { return nil }
            entities[target].aliases.merge(entities[from].aliases) { own, _ in own }
            entities[from].aliases = [:]
            entities[from].lives = false
        }
        return nil
    }
}
