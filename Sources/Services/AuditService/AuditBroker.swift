package import CofferBase
package import CofferFramework
internal import CofferJSON
package import CofferStorage
package import Logging

/// No audit device accepted a line: the request must not run, or its answer must not leave.
package struct AuditFailure: Error, Sendable {
    package init() {}
}

/// Proof that the request line was accepted; only the broker makes it.
package struct Admitted: ~Copyable {
    fileprivate let record: AuditRecord
    fileprivate let isAudited: Bool
    /// What both lines of a device share, by the device's path.
    fileprivate let shared: [String: [UInt8]]
}

/// Proof that the response line was accepted; only the broker makes it.
package struct Audited: ~Copyable {
    fileprivate init() {}
}

/// Sends every request and response to all devices; at least one must accept.
///
/// Without any device enabled nothing is written and nothing is refused, as in Vault.
package final class AuditBroker: Sendable {
    private struct Device: Sendable {
        let entry: AuditDeviceEntry
        let hash: AuditHash
        let device: any AuditDevice
    }

    private let view: StorageView
    private let kinds: [AuditDeviceKind]
    private let clock: any WallClock
    private let random: RandomSource
    private let log: Logger
    private let devices = Snapshot<[Device]>([])

    package init(
        storage: any TransactionalStorage, kinds: [AuditDeviceKind], clock: any WallClock, random: RandomSource,
        log: Logger
    ) {
        view = StorageView(storage, prefix: "core/audit/")
        self.kinds = kinds
        self.clock = clock
        self.random = random
        self.log = log
    }

    /// Opens the stored devices at unseal. A device that cannot be opened fails the unseal.
    package func load() async throws {
        var loaded: [Device] = []
        for key in try await view.scan(limit: 1000) {
            guard let bytes = try await view.get(key) else { continue }
            loaded.append(try device(for: try AuditDeviceEntry(encoded: bytes)))
        }
        devices.replace(with: loaded)
    }

    // MARK: a request's two lines

    /// Writes the request line, denials included.
    package func admit(_ record: AuditRecord) throws(AuditFailure) -> Admitted {
        var shared: [String: [UInt8]] = [:]
        let now = clock.now
        try write(at: now) { device in
            let line = AuditLine(hash: device.hash, record: record, now: now)
            let both = line.sharedPart()
            shared[device.entry.path] = both
            return line.requestLine(shared: both)
        }
        return Admitted(record: record, isAudited: true, shared: shared)
    }

    /// Paths that answer in every state (health, seal status) are not audited, as in Vault.
    package static func exempt(_ traits: PathTraits) -> Admitted? {
        traits.whenSealed ? Admitted(record: AuditRecord(), isAudited: false, shared: [:]) : nil
    }

    /// Writes the response line; the answer may leave only with the result.
    package func finish(
        _ admitted: consuming Admitted, _ response: AuditResponse, error: String
    ) throws(AuditFailure) -> Audited {
        guard admitted.isAudited else { return Audited() }
        var record = admitted.record
        if record.error.isEmpty { record.error = error }
        let now = clock.now
        let shared = admitted.shared
        try write(at: now) { device in
            let line = AuditLine(hash: device.hash, record: record, now: now)
            return line.responseLine(response, shared: shared[device.entry.path] ?? line.sharedPart())
        }
        return Audited()
    }

    /// The proof for an answer of an exempt path while no broker exists.
    package static func exemptAnswer(_ admitted: consuming Admitted) -> Audited? {
        admitted.isAudited ? nil : Audited()
    }

    private func write(at now: Timestamp, _ line: (Device) -> [UInt8]) throws(AuditFailure) {
        let devices = devices.value
        if devices.isEmpty { return }
        var accepted = false
        for device in devices {
            do throws(AuditDeviceError) {
                try device.device.write(line(device), at: now)
                accepted = true
            } catch {
                log.error(
                    "audit device refused a line",
                    metadata: ["device": .string(device.entry.path), "reason": .string(error.reason)])
            }
        }
        if !accepted { throw AuditFailure() }
    }

    // MARK: devices

    package var entries: [AuditDeviceEntry] { devices.value.map(\.entry) }

    /// The hash of `value` in the lines of the device at `path`, or nil when there is none.
    package func hash(_ value: String, forDevice path: String) -> String? {
        devices.value.first { $0.entry.path == path }?.hash.text(value)
    }

    /// Opens the device, proves that it takes a line, then stores it.
    package func enable(_ request: AuditDeviceEntry) async throws {
        var entry = request
        guard !devices.value.contains(where: { $0.entry.path == entry.path }) else {
            throw EngineError.badRequest("path already in use")
        }
        entry.salt = try random.uuid()
        let device = try device(for: entry)
        var probe = AuditRecord()
        probe.operation = "update"
        probe.path = "sys/audit/test"
        do throws(AuditDeviceError) {
            let now = clock.now
            let line = AuditLine(hash: device.hash, record: probe, now: now)
            try device.device.write(line.requestLine(shared: line.sharedPart()), at: now)
        } catch {
            device.device.close()
            throw EngineError.badRequest("the audit device cannot be written: \(error.reason)")
        }
        try await view.put(StorageKey(entry.path), entry.encoded())
        devices.update { $0.append(device) }
    }

    /// False when there is no such device.
    package func disable(_ path: String) async throws -> Bool {
        guard let device = devices.value.first(where: { $0.entry.path == path }) else { return false }
        try await view.delete(StorageKey(path))
        devices.update { $0.removeAll { $0.entry.path == path } }
        device.device.close()
        return true
    }

    /// Opens files anew (SIGHUP after log rotation).
    package func reopen() {
        for device in devices.value {
            do throws(AuditDeviceError) {
                try device.device.reopen()
            } catch {
                log.error(
                    "audit device could not be reopened",
                    metadata: ["device": .string(device.entry.path), "reason": .string(error.reason)])
            }
        }
    }

    package func close() {
        for device in devices.value { device.device.close() }
        devices.replace(with: [])
    }

    private func device(for entry: AuditDeviceEntry) throws(EngineError) -> Device {
        guard let kind = kinds.first(where: { $0.type == entry.type }) else {
            throw .badRequest("unknown backend type: \"\(entry.type)\"")
        }
        return Device(
            entry: entry, hash: AuditHash(salt: Array(entry.salt.utf8)), device: try kind.make(entry.options))
    }
}
