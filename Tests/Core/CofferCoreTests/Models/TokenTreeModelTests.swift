import CofferJSON
import ServerHarness
import TestSupport
import Testing

/// Tokens and their children against a tree of flags.
@Suite struct TokenTreeModelTests {
    enum Command: Sendable {
        case make
        case child(Int), orphan(Int)
        case revoke(Int), revokeOnly(Int), revokeSelf(Int)
        case restart
    }

    private struct Node {
        let token: String
        var parent: Int?
        var lives = true
    }

    @Test("a token lives until it or one above it is revoked", arguments: 1...6 as ClosedRange<UInt64>)
    func histories(seed: UInt64) async throws {
        let found = try await StateMachine.counterexample(seed: seed, length: 50, Self.command, run: Self.run)
        #expect(found == nil, "\(found.map(\.description) ?? "")")
    }

    private static func command(_ choices: inout Choices) -> Command {
        let place = choices.below(100)
        return switch choices.below(12) {
        case 0, 1: .make
        case 2..<7: .child(place)
        case 7: .orphan(place)
        case 8: .revoke(place)
        case 9: .revokeOnly(place)
        case 10: .revokeSelf(place)
        default: .restart
        }
    }

    private static func run(_ commands: [Command]) async throws -> String? {
        let server = try await ServerHarness.unsealed()
        try await server.policy("maker", "path \"auth/token/*\" { capabilities = [\"update\", \"sudo\"] }")
        var nodes: [Node] = []
        for command in commands {
            if let difference = try await step(command, server, &nodes) { return difference }
            try await server.settle()
            for (place, node) in nodes.enumerated() {
                let status = await server.send("GET", "auth/token/lookup-self", token: node.token).status
                if (status == 200) != node.lives { return "token \(place) answers \(status)" }
            }
        }
        return nil
    }

    private static func step(_ command: Command, _ server: ServerHarness, _ nodes: inout [Node]) async throws -> String?
    {
        func make(_ path: String, by token: String, parent: Int?) async -> String? {
            let answer = await server.send("POST", path, ["policies": ["maker"], "ttl": "1h"], token: token)
            let lives = parent.map { nodes[$0].lives } ?? true
            guard let made = answer["auth"]?["client_token"]?.stringValue else {
                return lives ? "no token was made: \(answer.text)" : nil
            }
            if !lives { return "a dead token makes another" }
            nodes.append(Node(token: made, parent: path.hasSuffix("orphan") ? nil : parent))
            return nil
        }
        func end(_ place: Int) {
            nodes[place].lives = false
            for child in nodes.indices where nodes[child].parent == place { end(child) }
        }
        if case .make = command { return await make("auth/token/create-orphan", by: "root", parent: nil) }
        if case .restart = command {
            try await server.reopen()
            return nil
        }
        guard !nodes.isEmpty else { return nil }
        switch command {
        case .make, .restart: return nil
        case .child(let number):
            let place = number % nodes.count
            return await make("auth/token/create", by: nodes[place].token, parent: place)
        case .orphan(let number):
            let place = number % nodes.count
            return await make("auth/token/create-orphan", by: nodes[place].token, parent: place)
        case .revoke(let number):
            let place = number % nodes.count
            _ = await server.send("POST", "auth/token/revoke", ["token": .string(nodes[place].token)])
            end(place)
        case .revokeOnly(let number):
            let place = number % nodes.count
            _ = await server.send("POST", "auth/token/revoke-orphan", ["token": .string(nodes[place].token)])
            for child in nodes.indices where nodes[child].parent == place { nodes[child].parent = nil }
            end(place)
        case .revokeSelf(let number):
            let place = number % nodes.count
            _ = await server.send("POST", "auth/token/revoke-self", token: nodes[place].token)
            end(place)
        }
        return nil
    }
}
