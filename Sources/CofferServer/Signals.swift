internal import CofferBase
internal import Glibc

/// Signals as a sequence that one task reads.
///
/// They are blocked before the first thread starts, and taken by a thread that
/// does nothing else: no code of ours ever runs inside a signal handler.
final class Signals: Sendable {
    enum Signal: Sendable { case reload, stop }

    private let pool = BlockingPool(threads: 1)

    /// Blocks them in this thread and all that it starts. Call it first of all.
    static func block() {
        var set = watched()
        pthread_sigmask(SIG_BLOCK, &set, nil)
        // A closed terminal or client must not end the server.
        signal(SIGPIPE, SIG_IGN)
    }

    func next() async throws -> Signal {
        try await pool.run {
            var set = Self.watched()
            var number: Int32 = 0
            while sigwait(&set, &number) != 0 {}
            return number == SIGHUP ? .reload : .stop
        }
    }

    private static func watched() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGHUP, SIGTERM, SIGINT] { sigaddset(&set, number) }
        return set
    }
}
