/// Memory for what the functions that serve a request keep while they wait.
///
/// A task gets it in pieces of 1 KiB, or as large as one function needs: a dozen for each request. A piece that was
/// given back is used again by all that fits into it, so a large one at the start is nearly the only one.
enum TaskMemory {
    private typealias Room = InlineArray<2048, UInt64>
    private struct Unused: Error {}

    @inline(never) static func reserve() async {
        do throws(Unused) { _ = try await room(isUsed: false) } catch {}
    }

    /// The caller makes room for what is never there: an optional one would be filled with zeros.
    @inline(never) private static func room(isUsed: Bool) async throws(Unused) -> Room {
        guard isUsed else { throw Unused() }
        return Room(repeating: 0)
    }
}
