package import CofferBase
package import CofferFramework
internal import Glibc
internal import Synchronization

/// Audit lines on standard output, whose reader can fall asleep: every write has a deadline.
package final class StreamAudit: RemoteAuditDevice {
    package let writeTimeout: Duration
    private let original: Int32
    private let state = Mutex(State())

    private struct State {
        /// A view of the same pipe or terminal that does not block, without changing the one that others use.
        var descriptor: Int32?
        /// The last line was cut off; the next one must not be glued to it.
        var isMidLine = false
    }

    package init(_ descriptor: Int32, writeTimeout: Duration) {
        original = descriptor
        self.writeTimeout = writeTimeout
    }

    deinit { close() }

    package func prepare() throws(AuditDeviceError) {
        state.withLock { state in
            if state.descriptor != nil { return }
            let own = open("/proc/self/fd/\(original)", O_WRONLY | O_NONBLOCK | O_APPEND | O_CLOEXEC)
            // A socket cannot be opened so; it is used as it is.
            if own >= 0 { state.descriptor = own }
        }
    }

    package func write(_ line: [UInt8], at now: Timestamp, before deadline: Deadline) throws(AuditDeviceError) {
        let failure: AuditDeviceError? = state.withLock { state in
            let bytes = state.isMidLine ? [UInt8(ascii: "\n")] + line : line
            var written = 0
            defer { if written > 0 { state.isMidLine = written < bytes.count } }
            let descriptor = state.descriptor ?? original
            let isShared = state.descriptor == nil
            while written < bytes.count {
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&ready, 1, deadline.pollMilliseconds) > 0 else {
                    if deadline.hasPassed { return AuditDeviceError("the reader did not take the line in time") }
                    continue
                }
                let count = bytes.withUnsafeBytes { buffer in
                    Self.put(UnsafeRawBufferPointer(rebasing: buffer.dropFirst(written)), to: descriptor, isShared)
                }
                if count > 0 {
                    written += count
                } else if errno != EAGAIN && errno != EINTR {
                    return AuditDeviceError("the line cannot be written: \(String(cString: strerror(errno)))")
                }
            }
            return nil
        }
        if let failure { throw failure }
    }

    /// A shared descriptor blocks, but a socket among them need not.
    private static func put(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ isShared: Bool) -> Int {
        if isShared {
            let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
            let count = send(descriptor, bytes.baseAddress, bytes.count, flags)
            if count >= 0 || errno != ENOTSOCK { return count }
        }
        return Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    }

    package func reopen() {}

    package func close() {
        state.withLock { state in
            if let descriptor = state.descriptor { Glibc.close(descriptor) }
            state.descriptor = nil
        }
    }
}
