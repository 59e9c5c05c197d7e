import AuditDeviceConformance
import CofferBase
import CofferFramework
import SocketAudit
import Testing

@Suite struct SocketAuditTests {
    private let folder: TemporaryFolder
    private let time = Timestamp(seconds: 1_767_225_600)

    init() throws { folder = try TemporaryFolder() }

    private func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }

    private func device(
        _ peer: AuditPeer, _ type: String, timeout: String = "5s"
    ) throws -> any RemoteAuditDevice {
        let options = ["address": peer.address, "socket_type": type, "write_timeout": timeout]
        let device = try #require(try SocketAudit.kind.make(options) as? any RemoteAuditDevice)
        try device.prepare()
        return device
    }

    @Test("does what every audit device must do over TCP", arguments: AuditDeviceCheck.all)
    func tcp(_ check: AuditDeviceCheck) async throws {
        let peer = try AuditPeer(.tcp)
        defer { peer.stop() }
        try await check.run(AuditDeviceFixture(try device(peer, "tcp")) { peer.received($0) })
    }

    @Test("does what every audit device must do over a unix socket", arguments: AuditDeviceCheck.all)
    func unix(_ check: AuditDeviceCheck) async throws {
        let peer = try AuditPeer(.unixStream(folder.file("socket")))
        defer { peer.stop() }
        try await check.run(AuditDeviceFixture(try device(peer, "unix")) { peer.received($0) })
    }

    @Test("over UDP a line is a datagram; one that is too long is refused alone")
    func udp() throws {
        let peer = try AuditPeer(.udp)
        defer { peer.stop() }
        let device = try device(peer, "udp")
        try device.write(line("one"), at: time)
        let error = #expect(throws: AuditDeviceError.self) {
            try device.write(line(String(repeating: "x", count: 70_000)), at: time)
        }
        #expect(error?.isOfLineOnly == true)
        try device.write(line("two"), at: time)
        #expect(peer.received(2) == [line("one"), line("two")])
    }

    @Test("a connection that the peer closed is replaced, and the line goes through the new one")
    func reconnection() throws {
        let peer = try AuditPeer(.tcp)
        defer { peer.stop() }
        let device = try device(peer, "tcp")
        try device.write(line("one"), at: time)
        #expect(peer.received(1).count == 1)
        peer.closeConnections()
        try device.write(line("two"), at: time)
        #expect(peer.received(2) == [line("one"), line("two")])
    }

    @Test("without a peer a line is refused; when the peer is back the next line goes through")
    func peerRestart() throws {
        let peer = try AuditPeer(.tcp)
        let device = try device(peer, "tcp")
        peer.stop()
        #expect(throws: AuditDeviceError.self) { try device.write(line("lost"), at: time) }
        let next = try AuditPeer(.tcp, at: peer.address)
        defer { next.stop() }
        try device.write(line("found"), at: time)
        #expect(next.received(1) == [line("found")])
    }

    @Test("a peer that does not read delays a line by write_timeout and no more", arguments: ["tcp", "unix"])
    func blockedPeer(_ type: String) throws {
        let peer = try AuditPeer(type == "tcp" ? .tcp : .unixStream(folder.file("socket")))
        defer { peer.stop() }
        let device = try device(peer, type, timeout: "100ms")
        peer.read(false)
        let long = line(String(repeating: "x", count: 1 << 20))
        let clock = ContinuousClock()
        var slowest = Duration.zero
        var error: AuditDeviceError?
        for _ in 0..<64 where error == nil {
            slowest = max(
                slowest,
                clock.measure {
                    do throws(AuditDeviceError) { try device.write(long, at: time) } catch let failure {
                        error = failure
                    }
                })
        }
        #expect(error?.isOfLineOnly == false)
        #expect(slowest >= .milliseconds(100) && slowest < .seconds(2))
    }

    @Test(
        "wrong options are refused, and their values are not shown",
        arguments: [
            [:], ["address": "canary"], ["address": "canary:0"], ["address": "canary:99999"], ["address": ":9090"],
            ["address": "canary:9", "socket_type": "canary"], ["address": "canary", "socket_type": "unix"],
            ["address": "/" + String(repeating: "canary", count: 40), "socket_type": "unix"],
            ["address": "canary:9", "write_timeout": "canary"], ["address": "canary:9", "write_timeout": "0"],
            ["address": "canary:9", "write_timeout": "1h"],
        ])
    func refusals(_ options: [String: String]) {
        let error = #expect(throws: EngineError.self) { try SocketAudit.kind.make(options) }
        #expect(error?.kind == .badRequest)
        #expect(error?.texts.joined().contains("canary") == false)
    }
}
