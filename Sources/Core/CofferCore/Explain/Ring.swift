internal import Synchronization

/// The latest values, up to a number; an older one makes room for each new one.
final class Ring<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        /// Where the next one goes, once the ring is full.
        var next = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) { self.capacity = capacity }

    func append(_ element: Element) {
        state.withLock { state in
            guard state.elements.count == capacity else { return state.elements.append(element) }
            state.elements[state.next] = element
            state.next = (state.next + 1) % capacity
        }
    }

    func first(where isMeant: (Element) -> Bool) -> Element? {
        state.withLock { $0.elements.first(where: isMeant) }
    }

    /// The oldest first.
    var all: [Element] { state.withLock { Array($0.elements[$0.next...] + $0.elements[..<$0.next]) } }
}
