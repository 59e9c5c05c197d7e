internal import Synchronization

/// An immutable value that every request reads and few writers replace whole.
package final class Snapshot<Value: Sendable>: Sendable {
    private let current: Mutex<Value>

    package init(_ value: Value) { current = Mutex(value) }

    package var value: Value { current.withLock { $0 } }

    package func replace(with value: Value) { current.withLock { $0 = value } }

    /// Changes the value under the lock; `body` must be short and must not block.
    @discardableResult
    package func update<R>(_ body: (inout Value) -> R) -> R where R: Sendable {
        current.withLock { value in body(&value) }
    }
}
