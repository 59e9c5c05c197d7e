internal import CofferBase
internal import Glibc

/// Tells the service manager how the server is: a datagram to the socket that it names (`sd_notify(3)`).
struct SystemdNotice: Sendable {
    /// Nil when no manager waits for anything.
    private let socketPath: String?
    /// How often the manager wants to hear from a live server; nil for never.
    let watchdogInterval: Duration?

    init(_ environment: [String: String]) {
        let path = environment["NOTIFY_SOCKET"] ?? ""
        let isPath = path.hasPrefix("/") || path.hasPrefix("@")
        socketPath = isPath && path.utf8.count < 108 ? path : nil
        let isForUs = environment["WATCHDOG_PID"].map { Int32($0) == getpid() } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogInterval = isForUs && microseconds > 0 && socketPath != nil ? .microseconds(microseconds) : nil
    }

    func ready() { send("READY=1\nSTATUS=Serving") }

    func reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=\(Deadline.monotonicMicroseconds)")
    }

    func stopping() { send("STOPPING=1\nSTATUS=Finishing requests, then sealing") }

    /// Until the task is cancelled; returns at once when nobody wants to hear.
    func feedWatchdog(_ clock: any WallClock) async {
        guard let watchdogInterval else { return }
        while !Task.isCancelled {
            send("WATCHDOG=1")
            do { try await clock.sleep(until: clock.now + watchdogInterval / 2) } catch { return }
        }
    }

    /// A notice that does not arrive changes nothing for the server.
    private func send(_ text: String) {
        guard let socketPath else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(socketPath.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            path.copyBytes(from: bytes)
            // A name in the abstract namespace begins with a zero, written as @.
            if bytes.first == UInt8(ascii: "@") { path[0] = 0 }
        }
        let size = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let message = Array(text.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), address, size)
            }
        }
    }
}
