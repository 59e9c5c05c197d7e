import AuditDeviceConformance
import CofferBase
import CofferFramework
import Glibc
import SyslogAudit
import Testing

@Suite struct SyslogAuditTests {
    private let folder: TemporaryFolder
    /// 2026-01-02T03:04:05Z
    private let time = Timestamp(seconds: 1_767_323_045)

    init() throws { folder = try TemporaryFolder() }

    private func device(_ path: String, _ options: [String: String] = [:]) throws -> any RemoteAuditDevice {
        try #require(try SyslogAudit.kind(at: [path]).make(options) as? any RemoteAuditDevice)
    }

    @Test("does what every audit device must do", arguments: AuditDeviceCheck.all)
    func conformance(_ check: AuditDeviceCheck) async throws {
        let peer = try AuditPeer(.unixDatagram(folder.file("log")))
        defer { peer.stop() }
        let device = try device(peer.address)
        try device.prepare()
        // The message without its header, and with the newline that a datagram does not need.
        let fixture = AuditDeviceFixture(device, longest: 100_000) { count in
            peer.received(count).map { message in
                let mark = Array("]: ".utf8)
                let start = message.indices.first { message[$0...].starts(with: mark) } ?? message.endIndex
                return message[start...].dropFirst(mark.count) + [UInt8(ascii: "\n")]
            }
        }
        try await check.run(fixture)
    }

    @Test(
        "a message has the header of RFC 3164: facility × 8 + 6, time, tag and process",
        arguments: [
            ([:], "<38>Jan  2 03:04:05 vault["), (["facility": "local0"], "<134>Jan  2 03:04:05 vault["),
            (["facility": "DAEMON", "tag": "coffer"], "<30>Jan  2 03:04:05 coffer["),
            (["facility": "LOCAL7"], "<190>Jan  2 03:04:05 vault["),
        ])
    func header(_ options: [String: String], _ start: String) throws {
        let peer = try AuditPeer(.unixDatagram(folder.file("log")))
        defer { peer.stop() }
        let device = try device(peer.address, options)
        try device.prepare()
        try device.write(Array("{}\n".utf8), at: time)
        #expect(peer.received(1).map { String(decoding: $0, as: UTF8.self) } == ["\(start)\(getpid())]: {}"])
    }

    @Test("a daemon that restarted is found again")
    func restart() throws {
        let path = folder.file("log")
        let first = try AuditPeer(.unixDatagram(path))
        let device = try device(path)
        try device.prepare()
        first.stop()
        #expect(throws: AuditDeviceError.self) { try device.write(Array("lost\n".utf8), at: time) }
        let second = try AuditPeer(.unixDatagram(path))
        defer { second.stop() }
        try device.write(Array("found\n".utf8), at: time)
        #expect(second.received(1).first?.suffix(5).elementsEqual("found".utf8) == true)
    }

    @Test("without a daemon the device says so")
    func nobody() throws {
        let device = try device(folder.file("none"))
        #expect(throws: AuditDeviceError.self) { try device.prepare() }
    }

    @Test(
        "wrong options are refused, and their values are not shown",
        arguments: [
            ["facility": "canary"], ["facility": "LOCAL8"], ["facility": "LOCAL"], ["tag": "canary: x"],
            ["tag": "canary\nx"], ["tag": String(repeating: "canary", count: 6)], ["write_timeout": "canary"],
        ])
    func refusals(_ options: [String: String]) {
        let error = #expect(throws: EngineError.self) { try SyslogAudit.kind.make(options) }
        #expect(error?.kind == .badRequest)
        #expect(error?.texts.joined().contains("canary") == false)
    }
}
