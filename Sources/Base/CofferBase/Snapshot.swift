internal import Synchronization

/// An immutable value that every request reads and few writers replace whole.
///
/// The lock stands beside the value: a `Mutex` around a value of any type would look up its own type at every read.
package final class Snapshot<Value: Sendable>: @unchecked Sendable {
    private let lock = Mutex(())
    /// Touched only under the lock, which is all that exclusive access needs.
    @exclusivity(unchecked) private var current: Value

    package init(_ value: Value) { current = value }

    package var value: Value { lock.withLock { _ in current } }

    package func replace(with value: Value) { lock.withLock { _ in current = value } }

    /// Changes the value under the lock; `body` must be short and must not block.
    @discardableResult
    package func update<R>(_ body: (inout Value) -> R) -> R where R: Sendable {
        lock.withLock { _ in body(&current) }
    }
}
