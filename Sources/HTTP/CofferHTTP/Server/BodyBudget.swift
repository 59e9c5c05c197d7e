internal import Synchronization

/// Bytes of bodies that all requests of a server together may hold in memory.
///
/// Strangers can send many large bodies at once (CVE-2023-6337): what is beyond the budget is refused with 503, and
/// small bodies need none of it.
package final class BodyBudget: Sendable {
    /// What each body has without asking, in bytes.
    static let free = 64 << 10
    static let step = 256 << 10

    private let left: Atomic<Int>

    /// - Parameter limit: bytes of all bodies together.
    package init(limit: Int) { left = Atomic(limit) }

    /// False when there is not so much left; then nothing is taken.
    func take(_ count: Int) -> Bool {
        if left.subtract(count, ordering: .relaxed).newValue >= 0 { return true }
        giveBack(count)
        return false
    }

    func giveBack(_ count: Int) { left.add(count, ordering: .relaxed) }
}
