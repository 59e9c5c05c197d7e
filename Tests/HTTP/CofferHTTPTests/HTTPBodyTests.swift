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
        let body = HTTPBody(declaredLength: 1) { continuation.yield() }
        async let collected = body.collect(limit: 1)
        for await _ in stream { break }
        #expect(body.unwanted == 0)
        body.append([7])
        body.finish()
        #expect(try await collected == [7])
    }
}
