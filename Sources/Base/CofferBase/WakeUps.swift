internal import Glibc

/// Wakes threads that wait with a deadline; a signal that nobody waits for is kept.
package final class WakeUps: Sendable {
    /// The ends of a pipe in which each byte wakes one thread. Negative when the system has no
    /// descriptor left: then every wait lasts until its deadline.
    private let reader: Int32
    private let writer: Int32

    package init() {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) == 0 {
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
            }
        }
        (reader, writer) = (ends[0], ends[1])
    }

    deinit {
        for end in [reader, writer] where end >= 0 { close(end) }
    }

    /// Wakes as many as `count` threads, now or when they begin to wait.
    package func signal(_ count: Int = 1) {
        let bytes = [UInt8](repeating: 0, count: max(count, 0))
        // A full pipe wakes everybody anyway.
        if !bytes.isEmpty { _ = write(writer, bytes, bytes.count) }
    }

    /// False when the deadline passed first.
    package func wait(before deadline: Deadline) -> Bool {
        while true {
            var byte: UInt8 = 0
            if read(reader, &byte, 1) == 1 { return true }
            if deadline.hasPassed { return false }
            var waiting = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
            _ = poll(&waiting, 1, deadline.pollMilliseconds)
        }
    }
}
