import CofferBase
import Glibc
import TestSupport
import Testing

@testable import CofferServer

/// The socket of a service manager.
private final class Manager: Sendable {
    let path = "/tmp/coffer-notice-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    private let descriptor: CInt

    init() {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        #expect(status == 0)
    }

    /// The next notice; empty when there is none.
    func notice() -> String {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    deinit {
        close(descriptor)
        unlink(path)
    }
}

@Suite struct SystemdNoticeTests {
    @Test("each step is told in the manager's words")
    func steps() {
        let manager = Manager()
        let notice = SystemdNotice(["NOTIFY_SOCKET": manager.path])
        notice.ready()
        #expect(manager.notice().hasPrefix("READY=1\n"))
        notice.reloading()
        #expect(manager.notice().hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
        notice.stopping()
        #expect(manager.notice().hasPrefix("STOPPING=1\n"))
        #expect(notice.watchdogInterval == nil)
    }

    @Test("the watchdog is fed twice in its time")
    func watchdog() async {
        let (manager, clock) = (Manager(), ManualClock())
        let notice = SystemdNotice(["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "30000000"])
        let feeding = Task { await notice.feedWatchdog(clock) }
        for _ in 0..<3 {
            await clock.waitForSleepers(1)
            #expect(manager.notice() == "WATCHDOG=1")
            #expect(manager.notice() == "")
            clock.advance(by: .seconds(15))
        }
        feeding.cancel()
        await feeding.value
    }

    @Test("without a manager, or with one that is gone, nothing happens")
    func nobody() async {
        for environment in [[:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "/nowhere/x"], ["NOTIFY_SOCKET": "relative"]]
        {
            let notice = SystemdNotice(environment)
            notice.ready()
            await notice.feedWatchdog(ManualClock())
            #expect(notice.watchdogInterval == nil)
        }
        #expect(
            SystemdNotice(["NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "5", "WATCHDOG_PID": "1"]).watchdogInterval == nil)
    }
}
