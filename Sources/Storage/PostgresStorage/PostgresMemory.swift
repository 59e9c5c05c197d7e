internal import CofferStorage
internal import Synchronization

/// What this process has seen of the storage, to notice an older copy of it or another one in its place (rule E8).
final class PostgresMemory: Sendable {
    /// A database and the line of its history: both change when another server takes its place.
    struct Identity: Equatable, Sendable {
        let system: String
        let timeline: String
    }

    private struct State {
        var version: UInt64 = 0
        var epoch: UInt64 = 0
        var identity: Identity?
    }

    private let state = Mutex(State())

    func saw(version: UInt64, epoch: UInt64 = 0) {
        state.withLock { state in
            state.version = max(state.version, version)
            state.epoch = max(state.epoch, epoch)
        }
    }

    /// Why the storage must not be led; nil when it is what was seen before, and then it is remembered.
    func objection(version: UInt64, epoch: UInt64, identity: Identity?) -> String? {
        state.withLock { state in
            if version < state.version {
                return Self.text("it is at version \(version), and version \(state.version) was seen before")
            }
            if epoch < state.epoch {
                return Self.text("its epoch is \(epoch), and epoch \(state.epoch) was seen before")
            }
            if let identity, let known = state.identity, identity != known {
                return Self.text(
                    "another server answers (system \(identity.system), timeline \(identity.timeline); "
                        + "before \(known.system), \(known.timeline)), which may lack writes that were acknowledged")
            }
            (state.version, state.epoch) = (version, epoch)
            state.identity = identity ?? state.identity
            return nil
        }
    }

    static func text(_ reason: String) -> String {
        "storage_epoch_regression: the database is not the one that was in use: \(reason). "
            + "No node leads until an operator has looked at it; a restart of the server accepts it as it is"
    }
}
