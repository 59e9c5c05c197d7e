import CofferJSON
import ServerHarness
import TestSupport
import Testing

/// The n-th step of an operation fails, or its request is given up there, for every n.
@Suite struct SweepTests {
    @Test("with the n-th access to the storage failing an operation is done or not done", arguments: SweptOperation.all)
    func failures(operation: SweptOperation) async throws {
        for number in 1...500 {
            let storage = SteppingStorage()
            let server = try await ServerHarness.unsealed(storage: storage)
            try await operation.prepare(server)
            storage.plan(.failure, at: number)
            let answer = await operation.act(server)
            let wasReached = storage.end()
            try await check(operation, server, answer, "failure \(number)")
            if !wasReached {
                #expect(number > 1, "the storage is never asked")
                return
            }
        }
        Issue.record("it never ends")
    }

    @Test(
        "a request that is given up at its n-th access leaves no half effect and no lock", arguments: SweptOperation.all
    )
    func cancellations(operation: SweptOperation) async throws {
        for number in 1...500 {
            let storage = SteppingStorage()
            let server = try await ServerHarness.unsealed(storage: storage)
            try await operation.prepare(server)
            storage.plan(.pause, at: number)
            let (answer, wasReached) = await withTaskGroup(of: (ServerAnswer, Bool).self) { group in
                group.addTask {
                    let answer = await operation.act(server)
                    return (answer, storage.end())
                }
                if await storage.reached() {
                    group.cancelAll()
                    storage.resume()
                }
                for await result in group { return result }
                return (await operation.act(server), false)
            }
            try await check(operation, server, answer, "cancellation \(number)")
            if !wasReached {
                #expect(number > 1, "the storage is never asked")
                return
            }
        }
        Issue.record("it never ends")
    }

    /// Before or after, after when it was acknowledged; then the same once more, which nothing may hold up.
    private func check(
        _ operation: SweptOperation, _ server: ServerHarness, _ answer: ServerAnswer, _ moment: String
    ) async throws {
        let isDone = try await operation.isDone(server)
        #expect(isDone != nil, "\(operation) is half done after \(moment)")
        if answer.status < 300 { #expect(isDone == true, "\(operation) answered \(answer.status) after \(moment)") }
        guard isDone == false else { return }
        let again = await operation.act(server)
        #expect(again.status < 300, "\(operation) cannot be repeated after \(moment): \(again.text)")
        #expect(try await operation.isDone(server) == true, "\(operation) is not done when repeated after \(moment)")
    }

    @Test("the harness sees an operation that is done by halves")
    func halves() async throws {
        let careless = SweptOperation(
            name: "two writes",
            act: { server in
                _ = await server.send("POST", "secret/data/one", ["data": ["k": "v"]])
                return await server.send("POST", "secret/data/two", ["data": ["k": "v"]])
            },
            isDone: { server in
                let first = await server.send("GET", "secret/data/one").status
                return await server.send("GET", "secret/data/two").status == first ? first == 200 : nil
            })
        var halves = 0
        for number in 1...40 {
            let storage = SteppingStorage()
            let server = try await ServerHarness.unsealed(storage: storage)
            storage.plan(.failure, at: number)
            _ = await careless.act(server)
            _ = storage.end()
            if try await careless.isDone(server) == nil { halves += 1 }
        }
        #expect(halves > 0)
    }
}
