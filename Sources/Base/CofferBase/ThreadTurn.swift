internal import CBase

/// How long the calling thread may run before others get their turn (decision 0026).
package enum ThreadTurn {
    /// For threads that answer requests: what they do at a time is short, and others wait for it. They are let in as soon
    /// as they wake, also when a long piece of work has the processor.
    package static func short() { _ = coffer_set_turn(100_000) }

    /// As the system has it, whatever the thread had that started this one.
    static func usual() { _ = coffer_set_turn(0) }

    /// For threads that do much at a time: when one wakes it interrupts nobody, and waits for its turn.
    static func late() { _ = coffer_wait_for_turns() }
}
