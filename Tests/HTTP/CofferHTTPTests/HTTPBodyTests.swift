import Synchronization
import Testing

@testable import CofferHTTP

@Suite struct HTTPBodyTests {
    @Test("a body is collected whole")
    func whole() async throws {
        let body = HTTPBody(declaredLength: nil)
        body.append([1, 2])
        body.append([3])
        body.finish()
        #expect(try await body.collect(limit: 3) == [1, 2, 3])
    }

    // CVE-2023-6337: a body was held in memory before anyone was asked who sent it.
    @Test("a declared length above the limit is refused before a byte is read")
    func declared() async {
        let body = HTTPBody(declaredLength: 4)
        await #expect(throws: HTTPBodyError.tooLarge) { _ = try await body.collect(limit: 3) }
    }

    // CVE-2023-6337, for a body that declares no length.
    @Test("a body that grows above the limit is refused although it never ends")
    func growing() async {
        let body = HTTPBody(declaredLength: nil)
        body.append([1, 2, 3, 4])
        await #expect(throws: HTTPBodyError.tooLarge) { _ = try await body.collect(limit: 3) }
    }

    @Test("a client that goes away is told from one that is slow")
    func disconnected() async {
        let body = HTTPBody(declaredLength: 2)
        body.append([1])
        body.fail(.disconnected)
        await #expect(throws: HTTPBodyError.disconnected) { _ = try await body.collect(limit: 3) }
    }

    @Test("the handler's wish is announced, and answered by what comes later")
    func demand() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let body = HTTPBody(declaredLength: 1) { _ in continuation.yield() }
        async let collected = body.collect(limit: 1)
        for await _ in stream { break }
        #expect(body.unwanted == 0)
        body.append([7])
        body.finish()
        #expect(try await collected == [7])
    }

    @Test("a body taken in pieces gives each byte once, in order, and tells the client to go on once")
    func pieces() async throws {
        let asked = Mutex<[Bool]>([])
        let body = HTTPBody(declaredLength: nil) { isFirst in asked.withLock { $0.append(isFirst) } }
        body.append([1, 2])
        #expect(try await body.next() == [1, 2])
        async let waiting = body.next()
        body.append([3])
        body.append([4])
        var rest = try await waiting ?? []
        body.finish()
        while let more = try await body.next() { rest += more }
        #expect(rest == [3, 4])
        #expect(asked.withLock { $0.filter { $0 }.count } == 1)
    }

    @Test("a client that leaves in the middle of a body taken in pieces is no end of it")
    func brokenPieces() async throws {
        let body = HTTPBody(declaredLength: 10)
        body.append([1])
        #expect(try await body.next() == [1])
        body.fail(.disconnected)
        await #expect(throws: HTTPBodyError.disconnected) { try await body.next() }
    }

    @Test("what nobody has taken yet is counted, so that the connection can stop reading")
    func unwantedPieces() async throws {
        let body = HTTPBody(declaredLength: nil)
        body.append([UInt8](repeating: 0, count: 100))
        _ = try await body.next()
        #expect(body.unwanted == 0)
        body.append([UInt8](repeating: 0, count: 70))
        #expect(body.unwanted == 70)
    }

    // CVE-2023-6337: many bodies at once.
    @Test("bodies that together exceed the budget are refused, small ones are not, and what ended is free again")
    func budget() async throws {
        let budget = BodyBudget(limit: 1 << 20)
        var first: HTTPBody? = HTTPBody(declaredLength: nil, budget: budget)
        first?.append([UInt8](repeating: 1, count: 900 << 10))
        first?.finish()
        #expect(try await first?.collect(limit: 1 << 20).count == 900 << 10)
        let second = HTTPBody(declaredLength: nil, budget: budget)
        second.append([UInt8](repeating: 2, count: 200 << 10))
        await #expect(throws: HTTPBodyError.busy) { _ = try await second.collect(limit: 1 << 20) }
        let small = HTTPBody(declaredLength: nil, budget: budget)
        small.append([UInt8](repeating: 3, count: 64 << 10))
        small.finish()
        #expect(try await small.collect(limit: 1 << 20).count == 64 << 10)
        first = nil
        let third = HTTPBody(declaredLength: nil, budget: budget)
        third.append([UInt8](repeating: 4, count: 900 << 10))
        third.finish()
        #expect(try await third.collect(limit: 1 << 20).count == 900 << 10)
    }
}
