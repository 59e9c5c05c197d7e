import AuditDeviceConformance
import CofferBase
import CofferFramework
import HTTPAudit
import Testing

@Suite struct HTTPAuditTests {
    private let time = Timestamp(seconds: 1_767_225_600)

    private func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }

    private func device(
        _ peer: AuditPeer, _ path: String = "/audit?x=1", _ options: [String: String] = [:]
    ) throws -> any RemoteAuditDevice {
        let all = options.merging(["uri": "http://\(peer.address)\(path)"]) { $1 }
        let device = try #require(try HTTPAudit.kind.make(all) as? any RemoteAuditDevice)
        try device.prepare()
        return device
    }

    @Test("does what every audit device must do", arguments: AuditDeviceCheck.all)
    func conformance(_ check: AuditDeviceCheck) async throws {
        let peer = try AuditPeer(.http)
        defer { peer.stop() }
        try await check.run(AuditDeviceFixture(try device(peer)) { peer.received($0) })
    }

    @Test("a line is the body of a POST, with the configured headers")
    func request() throws {
        let peer = try AuditPeer(.http)
        defer { peer.stop() }
        try device(peer, "/audit?x=1", ["headers": "{\"X-Key\":\"k\"}"]).write(line("{}"), at: time)
        #expect(peer.received(1) == [line("{}")])
        #expect(
            peer.heads == [
                "POST /audit?x=1 HTTP/1.1\r\nHost: \(peer.address)\r\nContent-Type: application/json\r\nX-Key: k\r\n"
                    + "Content-Length: 3"
            ])
    }

    @Test(
        "any 2xx accepts a line, whatever the rest of the answer is",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
        ])
    func accepted(_ answer: String) throws {
        let peer = try AuditPeer(.http)
        defer { peer.stop() }
        peer.answer(answer)
        let device = try device(peer)
        for number in 0..<3 { try device.write(line("\(number)"), at: time) }
        #expect(peer.received(3) == [line("0"), line("1"), line("2")])
    }

    @Test(
        "other answers refuse it; only some of them blame the line",
        arguments: [
            ("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", false),
            ("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", false),
            ("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", false),
            ("HTTP/1.1 413 Large\r\nContent-Length: 0\r\n\r\n", true), ("SSH-2.0-x\r\n\r\n", false),
        ])
    func refused(_ answer: String, _ isOfLineOnly: Bool) throws {
        let peer = try AuditPeer(.http)
        defer { peer.stop() }
        peer.answer(answer)
        let device = try device(peer)
        let error = #expect(throws: AuditDeviceError.self) { try device.write(line("canary"), at: time) }
        #expect(error?.isOfLineOnly == isOfLineOnly)
        #expect(error?.reason.contains("canary") == false)
        peer.answer("HTTP/1.1 204 No Content\r\n\r\n")
        try device.write(line("next"), at: time)
        #expect(peer.received(2).last == line("next"))
    }

    @Test("a service that does not answer delays a line by write_timeout and no more")
    func silence() throws {
        let peer = try AuditPeer(.http)
        defer { peer.stop() }
        let device = try device(peer, "/", ["write_timeout": "100ms"])
        peer.answer("")
        let elapsed = ContinuousClock().measure {
            #expect(throws: AuditDeviceError.self) { try device.write(line("x"), at: time) }
        }
        #expect(elapsed >= .milliseconds(100) && elapsed < .seconds(2))
    }

    @Test(
        "wrong options are refused, and their values are not shown",
        arguments: [
            [:], ["uri": "canary"], ["uri": "https://canary/"], ["uri": "http://"], ["uri": "http://canary:x/"],
            ["uri": "http://user:canary@host/"], ["uri": "http://canary/a b"], ["uri": "http://canary/\r\nx"],
            ["uri": "http://host/", "headers": "canary"],
            ["uri": "http://host/", "headers": "{\"a\":\"canary\\r\\nb\"}"],
            ["uri": "http://host/", "headers": "{\"Host\":\"canary\"}"],
            ["uri": "http://host/", "headers": "{\"a\":1}"],
            ["uri": "http://host/", "write_timeout": "canary"],
        ])
    func refusals(_ options: [String: String]) {
        let error = #expect(throws: EngineError.self) { try HTTPAudit.kind.make(options) }
        #expect(error?.kind == .badRequest)
        #expect(error?.texts.joined().contains("canary") == false)
    }
}
