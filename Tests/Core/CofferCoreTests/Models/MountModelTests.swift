import CofferJSON
import ServerHarness
import TestSupport
import Testing

/// The mount table against a dictionary of what each mount holds.
@Suite struct MountModelTests {
    enum Command: Sendable {
        case mount(String), unmount(String)
        case move(String, to: String)
        case write(String)
        case restart
    }

    private static let names = ["a", "a/b", "b", "c/d/e", "c"]

    @Test("data stay with their mount, wherever it is moved, and go with it", arguments: 1...6 as ClosedRange<UInt64>)
    func histories(seed: UInt64) async throws {
        let found = try await StateMachine.counterexample(seed: seed, length: 50, Self.command, run: Self.run)
        #expect(found == nil, "\(found.map(\.description) ?? "")")
    }

    private static func command(_ choices: inout Choices) -> Command {
        let name = choices.one(of: names)
        return switch choices.below(10) {
        case 0..<3: .mount(name)
        case 3: .unmount(name)
        case 4, 5: .move(name, to: choices.one(of: names))
        case 6..<9: .write(name)
        default: .restart
        }
    }

    private static func run(_ commands: [Command]) async throws -> String? {
        let server = try await ServerHarness.unsealed()
        // What `NAME/x` holds; 0 for nothing.
        var model: [String: Int] = [:]
        for (index, command) in commands.enumerated() {
            if let difference = try await step(command, index + 1, server, &model) { return difference }
            for name in names {
                let owner = model.keys.filter { (name + "/x").hasPrefix($0 + "/") }.max { $0.count < $1.count }
                guard owner == nil || owner == name else { continue }
                let value = await server.send("GET", name + "/x").data?["v"]?.intValue ?? 0
                if value != Int64(model[name] ?? 0) { return "\(name)/x holds \(value)" }
            }
            let shown = await server.send("GET", "sys/mounts").data?.objectValue?.keys ?? []
            let own = Set(shown).intersection(names.map { $0 + "/" })
            if own != Set(model.keys.map { $0 + "/" }) { return "the table shows \(own.sorted())" }
        }
        return nil
    }

    /// Two mounts of which one's path begins the other's cannot be told apart.
    private static func isFree(_ name: String, _ model: [String: Int]) -> Bool {
        !model.keys.contains { ($0 + "/").hasPrefix(name + "/") || (name + "/").hasPrefix($0 + "/") }
    }

    private static func step(
        _ command: Command, _ value: Int, _ server: ServerHarness, _ model: inout [String: Int]
    ) async throws -> String? {
        switch command {
        case .mount(let name):
            let status = await server.send("POST", "sys/mounts/" + name, ["type": "kv"]).status
            if (status == 204) != isFree(name, model) { return "mounting at \(name) answers \(status)" }
            if status == 204 { model[name] = 0 }
        case .unmount(let name):
            if model[name] != nil { try await server.ok("DELETE", "sys/mounts/" + name) }
            model[name] = nil
        case .move(let name, let target):
            let value = model[name]
            let answer = await server.send("POST", "sys/remount", ["from": .string(name), "to": .string(target)])
            let mayMove = value != nil && isFree(target, model)
            if (answer.status == 200) != mayMove { return "moving \(name) to \(target) answers \(answer.text)" }
            guard mayMove, let id = answer.data?["migration_id"]?.stringValue ?? answer["migration_id"]?.stringValue
            else { return nil }
            for _ in 0..<10_000 {
                let status = await server.send("GET", "sys/remount/status/" + id).data?["migration_info"]?["status"]
                if status == "success" { break }
                await Task.yield()
            }
            model[name] = nil
            model[target] = value
        case .write(let name):
            guard model[name] != nil else { return nil }
            try await server.ok("POST", name + "/x", ["v": .int(value)])
            model[name] = value
        case .restart: try await server.reopen()
        }
        return nil
    }
}
