package import CofferBase
package import CofferFramework
internal import Synchronization

/// A seal as the configuration names it.
package struct ConfiguredSeal: Sendable {
    package let type: String
    /// Its own among all seals.
    package let name: String
    /// The smallest number is asked first.
    package let priority: Int
    /// Only there to open what it sealed, in a migration to another seal.
    package let isDisabled: Bool
    package let seal: any AutoSeal

    package init(type: String, name: String, priority: Int = 1, isDisabled: Bool = false, seal: any AutoSeal) {
        self.type = type
        self.name = name
        self.priority = priority
        self.isDisabled = isDisabled
        self.seal = seal
    }
}

/// Seals each of which can open what all of them have wrapped.
package final class SealGroup: Sendable {
    package let seals: [ConfiguredSeal]
    private let clock: any WallClock
    private let health: Mutex<[String: Timestamp]>

    /// Nil without seals.
    package init?(_ seals: [ConfiguredSeal], clock: any WallClock) {
        if seals.isEmpty { return nil }
        self.seals = seals.sorted { $0.priority < $1.priority }
        self.clock = clock
        health = Mutex([:])
    }

    /// What `sys/seal-status` calls it.
    package var type: String { seals.count == 1 ? seals[0].type : "multiseal" }

    /// The record of a key that any of the seals can open.
    /// - Parameter needsAll: otherwise one seal that answers is enough.
    package func wrap(_ key: SecretBytes, needsAll: Bool) async throws(SealFailure) -> [UInt8] {
        var wrapped: [WrappedKey] = []
        var failure: SealFailure?
        for configured in seals {
            do throws(SealFailure) {
                var slot = try await configured.seal.wrap(key)
                slot.identity = configured.seal.identity
                slot.sealName = configured.name
                note(configured, isHealthy: true)
                wrapped.append(slot)
            } catch {
                note(configured, isHealthy: false)
                failure = error
                if needsAll { throw error }
            }
        }
        if wrapped.isEmpty, let failure { throw failure }
        return SealedRecord(wrapped).encoded()
    }

    /// Asks one seal after the other.
    package func unwrap(_ record: [UInt8]) async throws(SealFailure) -> SecretBytes {
        guard let record = SealedRecord(encoded: record) else {
            throw SealFailure(.wrongKey, "what the seal has wrapped cannot be read")
        }
        var failure = SealFailure(.wrongKey, "no configured seal has wrapped this key")
        for configured in seals {
            for slot in record.slots(for: configured) {
                do throws(SealFailure) {
                    let key = try await configured.seal.unwrap(slot)
                    note(configured, isHealthy: true)
                    return key
                } catch {
                    failure = error
                    if error.reason == .unreachable || error.reason == .refused { note(configured, isHealthy: false) }
                }
            }
        }
        throw failure
    }

    /// Whether each of the seals can open the record, with the key it would use now.
    package func isCurrent(_ record: [UInt8]) -> Bool {
        guard let record = SealedRecord(encoded: record), record.slots.count == seals.count else { return false }
        return seals.allSatisfy { configured in
            record.slots.contains {
                $0.identity == configured.seal.identity && $0.sealName == configured.name
                    && !configured.seal.isStale($0)
            }
        }
    }

    /// Whether one of these seals has wrapped the record, as far as the record says.
    package func knows(_ record: [UInt8]) -> Bool {
        guard let record = SealedRecord(encoded: record) else { return false }
        return record.slots.contains { slot in
            seals.contains { $0.seal.identity == slot.identity }
        }
    }

    // MARK: health

    package struct Health: Sendable {
        package let name: String
        /// Nil while healthy.
        package let unhealthySince: Timestamp?
    }

    /// In the order of priority.
    package var state: [Health] {
        let since = health.withLock { $0 }
        return seals.map { Health(name: $0.name, unhealthySince: since[$0.name]) }
    }

    package var isHealthy: Bool { health.withLock { $0.isEmpty } }

    private func note(_ configured: ConfiguredSeal, isHealthy: Bool) {
        let now = clock.now
        health.withLock { health in
            if isHealthy {
                health[configured.name] = nil
            } else if health[configured.name] == nil {
                health[configured.name] = now
            }
        }
    }

    /// Wraps and unwraps a key that is used for nothing else.
    /// - Returns: the seals that failed, and why.
    package func test(_ random: RandomSource) async -> [(name: String, failure: SealFailure)] {
        var failures: [(name: String, failure: SealFailure)] = []
        for configured in seals {
            do throws(SealFailure) {
                guard let probe = try? SecretBytes(count: 32, from: random) else {
                    throw SealFailure(.invalid, "the operating system gave no random bytes")
                }
                let back = try await configured.seal.unwrap(try await configured.seal.wrap(probe))
                guard back.constantTimeEquals(probe) else {
                    throw SealFailure(.wrongKey, "a key came back as another one")
                }
                note(configured, isHealthy: true)
            } catch {
                note(configured, isHealthy: false)
                failures.append((configured.name, error))
            }
        }
        return failures
    }
}
