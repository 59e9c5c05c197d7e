import CofferCore
import CofferFramework
import CofferHTTP
import CofferJSON
import Logging
import ServerHarness
import Testing

/// `sys/monitor`, and the feed behind it.
@Suite struct MonitorTests {
    private static func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    @Test("a watcher gets the lines of its level in its form, and nobody costs nothing")
    func feed() async {
        let feed = LogFeed()
        feed.offer(.error) { _ in "nobody\n" }
        let (plain, json) = (feed.watcher(.info, isJSON: false), feed.watcher(.warning, isJSON: true))
        #expect(feed.leastLevel == nil)
        async let first = json.next()
        while feed.leastLevel != .warning { await Task.yield() }
        async let second = plain.next()
        while feed.leastLevel != .info { await Task.yield() }
        feed.offer(.debug) { _ in "too little\n" }
        feed.offer(.info) { isJSON in isJSON ? "json 1\n" : "plain 1\n" }
        #expect(Self.text(await second) == "plain 1\n")
        feed.offer(.error) { isJSON in isJSON ? "json 2\n" : "plain 2\n" }
        #expect(Self.text(await first) == "json 2\n")
        #expect(Self.text(await plain.next()) == "plain 2\n")
        plain.close()
        json.close()
        #expect(feed.leastLevel == nil)
    }

    @Test("a watcher that is not asked keeps so much and no more, and is told what is missing")
    func bounded() async {
        let feed = LogFeed()
        let watcher = feed.watcher(.info, isJSON: false)
        async let first = watcher.next()
        while feed.leastLevel == nil { await Task.yield() }
        feed.offer(.info) { _ in "begin\n" }
        #expect(Self.text(await first) == "begin\n")
        let line = String(repeating: "x", count: 1023) + "\n"
        for _ in 0..<1000 { feed.offer(.info) { _ in line } }
        #expect(await watcher.next()?.count == 256 << 10)
        feed.offer(.info) { _ in "after\n" }
        #expect(Self.text(await watcher.next()) == "Monitor dropped 744 logs during monitor request\nafter\n")
        watcher.close()
        #expect(await watcher.next() == nil)
    }

    @Test("the answer is a stream, which ends when the server is sealed")
    func sealing() async throws {
        let server = try await ServerHarness.unsealed()
        let answer = await server.send("GET", "sys/monitor", query: "log_level=debug&log_format=json")
        #expect(answer.status == 200)
        #expect(answer.fields["content-type"] == "text/plain; charset=utf-8")
        let stream = try #require(answer.stream)
        let feed = server.core.configuration.logFeed
        async let line = stream.next()
        while feed.leastLevel != .debug { await Task.yield() }
        feed.offer(.debug) { isJSON in isJSON ? "{}\n" : "plain\n" }
        #expect(Self.text(try await line) == "{}\n")
        async let end = stream.next()
        await server.core.sealNow()
        #expect(try await end == nil)
        #expect(feed.leastLevel == nil)
    }

    @Test("levels and forms that do not exist are refused with Vault's texts, and a token is needed")
    func refusals() async throws {
        let server = try await ServerHarness.unsealed()
        #expect(await server.send("GET", "sys/monitor", query: "log_level=loud").errors == ["unknown log level"])
        #expect(await server.send("GET", "sys/monitor", query: "log_format=xml").errors == ["unknown log format"])
        #expect(await server.send("GET", "sys/monitor", token: nil).status == 403)
    }
}
