import CofferBase
import CofferMetrics
import Glibc
import Logging
import SocketClient
import Synchronization
import TestSupport
import Testing

@testable import TelemetryService

@Suite struct TelemetryTests {
    private static let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("updates arrive at a statsd server, gauges among them, and usage is counted every period")
    func statsd() async throws {
        let server = try Datagrams()
        let clock = ManualClock()
        var settings = MetricSettings()
        settings.isTapped = true
        let metrics = Metrics(settings, clock: clock)
        let counted = Mutex(0)
        var work = Telemetry.Work(setGauges: { metrics.gauge("core.unsealed").set(1) }) {
            counted.withLock { $0 += 1 }
        }
        work.links = [StatsdLink(host: "127.0.0.1", port: server.port, isDatagram: true)]
        work.usagePeriod = .seconds(600)
        metrics.summary("core.handle_request").add(1.5)
        let telemetry = Telemetry(work, metrics: metrics, clock: clock, log: Self.log)
        await telemetry.start()
        await clock.waitForSleepers(1)
        #expect(server.receive() == "vault.core.handle_request:1.5|ms\nvault.core.unsealed:1|g\n")
        #expect(counted.withLock { $0 } == 0)
        metrics.counter("x").add()
        clock.advance(by: .seconds(600))
        await clock.waitForSleepers(1)
        #expect(server.receive() == "vault.x:1|c\nvault.core.unsealed:1|g\n")
        #expect(counted.withLock { $0 } == 1)
        await telemetry.stop()
    }

    @Test("nobody at the other end harms nothing")
    func absent() async {
        let clock = ManualClock()
        var settings = MetricSettings()
        settings.isTapped = true
        let metrics = Metrics(settings, clock: clock)
        var work = Telemetry.Work(setGauges: {}) {}
        work.links = [StatsdLink(host: "127.0.0.1", port: 1, isDatagram: false)]
        let telemetry = Telemetry(work, metrics: metrics, clock: clock, log: Self.log)
        metrics.counter("x").add()
        await telemetry.start()
        for _ in 0..<3 {
            await clock.waitForSleepers(1)
            metrics.counter("x").add()
            clock.advance(by: .seconds(1))
        }
        await clock.waitForSleepers(1)
        #expect(metrics.counter("x").total == 4)
        await telemetry.stop()
    }

    @Test("datagrams hold whole lines, as many as fit")
    func packets() {
        let lines = ["aaaa\n", "bb\n", "cccccccccccc\n", "d\n"]
        let packets = StatsdLink.packets(lines, largest: 9).map { String(decoding: $0, as: UTF8.self) }
        #expect(packets == ["aaaa\nbb\n", "cccccccccccc\n", "d\n"])
        #expect(StatsdLink.packets([], largest: 9).isEmpty)
    }
}

/// A UDP socket of the machine's own.
private final class Datagrams: Sendable {
    struct Failure: Error {}

    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(descriptor, raw, size) == 0 ? getsockname(descriptor, raw, &size) : -1
            }
        }
        guard code == 0 else { throw Failure() }
        port = UInt16(bigEndian: address.sin_port)
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func receive() -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }
}
