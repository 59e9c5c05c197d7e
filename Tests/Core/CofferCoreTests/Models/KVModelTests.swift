import CofferJSON
import ServerHarness
import TestSupport
import Testing

/// The versions of one secret against a plain list of them.
@Suite struct KVModelTests {
    enum Command: Sendable {
        case write
        case checkAndSet(Int)
        case deleteLatest, purge
        case delete(Int), undelete(Int), destroy(Int)
        case keep(Int)
    }

    fileprivate struct Model {
        enum Version { case live(Int), deleted(Int), destroyed }

        var versions: [Int: Version] = [:]
        var latest = 0
        /// 0: the ten that are kept by default.
        var kept = 0
        var isThere = false

        mutating func write(_ value: Int) {
            isThere = true
            latest += 1
            versions[latest] = .live(value)
            let oldest = latest - (kept == 0 ? 10 : kept)
            versions = versions.filter { $0.key > oldest }
        }

        mutating func change(_ number: Int, _ change: (Version) -> Version) {
            if let version = versions[number] { versions[number] = change(version) }
        }
    }

    @Test("any history of a secret leaves the versions that it should", arguments: 1...6 as ClosedRange<UInt64>)
    func histories(seed: UInt64) async throws {
        let found = try await StateMachine.counterexample(seed: seed, length: 60, Self.command, run: Self.run)
        #expect(found == nil, "\(found.map(\.description) ?? "")")
    }

    private static func command(_ choices: inout Choices) -> Command {
        let number = choices.below(14)
        return switch choices.below(16) {
        case 0..<7: .write
        case 7: .checkAndSet(number)
        case 8: .deleteLatest
        case 9: choices.below(3) == 0 ? .purge : .write
        case 10, 11: .delete(number)
        case 12, 13: .undelete(number)
        case 14: .destroy(number)
        default: .keep(number % 5)
        }
    }

    private static func run(_ commands: [Command]) async throws -> String? {
        let server = try await ServerHarness.unsealed()
        var model = Model()
        for (value, command) in commands.enumerated() {
            if let difference = await step(command, value, server, &model) { return difference }
            for number in 1...(model.latest + 1) {
                let answer = await server.send("GET", "secret/data/x", query: "version=\(number)")
                let shown = answer.data?["data"]?["v"]?.intValue.map { Int($0) }
                if shown != model.value(number) { return "version \(number) is \(shown.map(String.init) ?? "none")" }
                let isDestroyed = answer.data?["metadata"]?["destroyed"] == true
                if isDestroyed != model.isDestroyed(number) { return "version \(number) destroyed: \(isDestroyed)" }
            }
            let current = await server.send("GET", "secret/metadata/x").data?["current_version"]?.intValue
            if current != (model.isThere ? Int64(model.latest) : nil) { return "the current version is another" }
        }
        return nil
    }

    private static func step(
        _ command: Command, _ value: Int, _ server: ServerHarness, _ model: inout Model
    ) async -> String? {
        func versions(_ number: Int) -> JSON { ["versions": [.int(number)]] }
        let data: JSON = ["v": .int(value)]
        switch command {
        case .write:
            model.write(value)
            _ = await server.send("POST", "secret/data/x", ["data": data])
        case .checkAndSet(let number):
            let answer = await server.send("POST", "secret/data/x", ["data": data, "options": ["cas": .int(number)]])
            if (answer.status == 200) != (number == model.latest) { return "check-and-set answers \(answer.status)" }
            if number == model.latest { model.write(value) }
        case .deleteLatest:
            _ = await server.send("DELETE", "secret/data/x")
            model.change(model.latest) { $0.deleted }
        case .purge:
            _ = await server.send("DELETE", "secret/metadata/x")
            model = Model()
        case .delete(let number):
            _ = await server.send("POST", "secret/delete/x", versions(number))
            model.change(number) { $0.deleted }
        case .undelete(let number):
            _ = await server.send("POST", "secret/undelete/x", versions(number))
            model.change(number) { $0.undeleted }
        case .destroy(let number):
            _ = await server.send("POST", "secret/destroy/x", versions(number))
            model.change(number) { _ in .destroyed }
        case .keep(let number):
            _ = await server.send("POST", "secret/metadata/x", ["max_versions": .int(number)])
            model.isThere = true
            model.kept = number
        }
        return nil
    }
}

extension KVModelTests.Model {
    fileprivate func value(_ number: Int) -> Int? {
        if case .live(let value)? = versions[number] { value } else { nil }
    }

    fileprivate func isDestroyed(_ number: Int) -> Bool {
        if case .destroyed? = versions[number] { true } else { false }
    }
}

extension KVModelTests.Model.Version {
    fileprivate var deleted: Self { if case .live(let value) = self { .deleted(value) } else { self } }
    fileprivate var undeleted: Self { if case .deleted(let value) = self { .live(value) } else { self } }
}
