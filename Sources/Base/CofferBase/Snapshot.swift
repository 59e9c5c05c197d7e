package import Synchronization

/// An immutable value that every request reads and few writers replace whole.
package final class Snapshot<Value: Sendable>: Sendable {
    @usableFromInline let current: Mutex<Value>

    package init(_ value: Value) { current = Mutex(value) }

    // Inlinable: as code for any type it would look up the type's metadata at every read.
    @inlinable package var value: Value { current.withLock { $0 } }

    package func replace(with value: Value) { current.withLock { $0 = value } }

    /// Changes the value under the lock; `body` must be short and must not block.
    @discardableResult
    package func update<R>(_ body: (inout Value) -> R) -> R where R: Sendable {
        current.withLock { value in body(&value) }
    }
}
