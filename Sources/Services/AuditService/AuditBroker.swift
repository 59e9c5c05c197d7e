package import CofferBase
package import CofferFramework
internal import CofferJSON
package import CofferMetrics
package import CofferStorage
package import Logging

/// No audit device accepted a line: the request must not run, or its answer must not leave.
package struct AuditFailure: Error, Sendable {
    package init() {}
}

/// Proof that the request line was accepted; only the broker makes it.
package struct Admitted: ~Copyable {
    /// Nil for a request that is not audited.
    fileprivate let record: HeldAuditRecord?
    /// What both lines of a device share, by the device's path.
    fileprivate let shared: [(device: String, bytes: ArraySlice<UInt8>)]
}

/// Proof that the response line was accepted; only the broker makes it.
package struct Audited: ~Copyable {
    fileprivate init() {}
}

/// Sends every request and response to all devices; at least one must accept.
///
/// Without any device enabled nothing is written and nothing is refused, as in Vault.
package final class AuditBroker: Sendable {
    /// A class: every request's lines go through it.
    private final class Device: Sendable {
        let entry: AuditDeviceEntry
        let options: AuditOptions
        let hash: AuditHash
        let output: AuditOutput
        let meters: AuditMeters?
        /// Nothing is asked of a record before its lines are written.
        let takesAll: Bool

        init(
            entry: AuditDeviceEntry, options: AuditOptions, hash: AuditHash, output: AuditOutput,
            meters: AuditMeters?
        ) {
            self.entry = entry
            self.options = options
            self.hash = hash
            self.output = output
            self.meters = meters
            takesAll = options.filter == nil && !options.isFallback
        }

        func line(_ held: HeldAuditRecord, _ now: Timestamp, error: String) -> AuditLine {
            AuditLine(hash: hash, held: held, error: error, now: now, elidesLists: options.elidesLists)
        }

        func finished(_ line: [UInt8], of held: HeldAuditRecord) -> [UInt8] {
            options.exclusion?.applied(to: line, held.record.facts) ?? line
        }
    }

    private let view: StorageView
    private let kinds: [AuditDeviceKind]
    private let directory: String
    private let clock: any WallClock
    private let random: RandomSource
    private let log: Logger
    private let metrics: Metrics?
    private let meters: AuditMeters?
    private let devices = Snapshot<[Device]>([])
    /// Which request headers the lines show.
    package let headers: AuditedHeaders

    /// - Parameter directory: where files of devices that the API makes must lie; empty for anywhere.
    package init(
        storage: any TransactionalStorage, kinds: [AuditDeviceKind], directory: String = "", clock: any WallClock,
        random: RandomSource, log: Logger, metrics: Metrics? = nil
    ) {
        self.metrics = metrics
        meters = metrics.map { AuditMeters($0, device: nil) }
        view = StorageView(storage, prefix: "core/audit/")
        headers = AuditedHeaders(storage: storage)
        self.kinds = kinds
        self.directory = directory
        self.clock = clock
        self.random = random
        self.log = log
    }

    /// Opens the stored devices at unseal. A device that cannot be opened fails the unseal.
    package func load() async throws {
        var loaded: [Device] = []
        for key in try await view.scan(limit: 1000) {
            guard let bytes = try await view.get(key) else { continue }
            let device = try device(for: try AuditDeviceEntry(encoded: bytes))
            await device.output.open()
            loaded.append(device)
        }
        try await headers.load()
        devices.replace(with: loaded)
    }

    /// Another node has changed the devices: opens new ones and closes those that are gone.
    package func reload() async throws {
        let known = devices.value
        var next: [Device] = []
        for key in try await view.scan(limit: 1000) {
            guard let bytes = try await view.get(key) else { continue }
            let entry = try AuditDeviceEntry(encoded: bytes)
            if let same = known.first(where: { $0.entry.salt == entry.salt && $0.entry.isSame(as: entry) }) {
                next.append(same)
            } else {
                let device = try device(for: entry)
                await device.output.open()
                next.append(device)
            }
        }
        try await headers.load()
        devices.replace(with: next)
        for device in known where !next.contains(where: { $0 === device }) { device.output.close() }
    }

    /// What of a request's headers goes into its lines; nothing while nobody writes any.
    package func shownHeaders(_ header: (_ name: String) -> String?) -> [AuditHeader] {
        devices.value.isEmpty ? [] : headers.shown(header)
    }

    // MARK: a request's two lines

    /// Writes the request line, denials included.
    package func admit(_ record: AuditRecord) async throws(AuditFailure) -> Admitted {
        try await admit(HeldAuditRecord(record))
    }

    package func admit(_ held: HeldAuditRecord) async throws(AuditFailure) -> Admitted {
        var shared: [(device: String, bytes: ArraySlice<UInt8>)] = []
        let now = clock.now
        try await write(held, .request, at: now) { device in
            let (line, both) = device.line(held, now, error: held.record.error).requestLine()
            shared.append((device.entry.path, both))
            return line
        }
        return Admitted(record: held, shared: shared)
    }

    /// Paths that answer in every state (health, seal status) are not audited, and neither are those that a listener
    /// opens to everybody (metrics), as in Vault.
    package static func exempt(_ traits: PathTraits, isOpened: Bool) -> Admitted? {
        traits.whenSealed || isOpened ? Admitted(record: nil, shared: []) : nil
    }

    /// Writes the response line; the answer may leave only with the result.
    package func finish(
        _ admitted: consuming Admitted, _ response: AuditResponse, error: String
    ) async throws(AuditFailure) -> Audited {
        guard let held = admitted.record else { return Audited() }
        let error = held.record.error.isEmpty ? error : held.record.error
        let now = clock.now
        let shared = admitted.shared
        try await write(held, .response, at: now) { device in
            let line = device.line(held, now, error: error)
            let both = shared.first { $0.device == device.entry.path }?.bytes
            return line.responseLine(response, shared: both ?? line.requestLine().shared)
        }
        return Audited()
    }

    /// The proof for an answer of an exempt path while no broker exists.
    package static func exemptAnswer(_ admitted: consuming Admitted) -> Audited? {
        admitted.record == nil ? Audited() : nil
    }

    private func write(
        _ held: HeldAuditRecord, _ kind: AuditMeters.Line, at now: Timestamp,
        _ line: (Device) -> [UInt8]
    ) async throws(AuditFailure) {
        let devices = Self.recipients(of: held, among: devices.value)
        // Nobody is there to take it, or every filter declined: as in Vault the request goes on.
        if devices.isEmpty { return meters?.time(kind).measure(since: now) ?? () }
        var accepted = false
        var last = now
        for device in devices {
            let start = last
            defer {
                last = clock.now
                device.meters?.time(kind).measure(from: start, to: last)
            }
            do throws(AuditDeviceError) {
                try await device.output.write(device.finished(line(device), of: held), at: now)
                accepted = true
            } catch {
                device.meters?.failures(kind).add()
                if error.isReported { continue }
                log.error(
                    "audit device refused a line",
                    metadata: ["device": .string(device.entry.path), "reason": .string(error.reason)])
            }
        }
        meters?.time(kind).measure(from: now, to: last)
        if accepted { return }
        meters?.failures(kind).add()
        throw AuditFailure()
    }

    /// Devices without a filter and those whose filter says yes; the fallback device when there is none.
    private static func recipients(of held: HeldAuditRecord, among devices: [Device]) -> [Device] {
        if devices.allSatisfy(\.takesAll) { return devices }
        let facts = held.record.facts
        let chosen = devices.filter { !$0.options.isFallback && $0.options.filter?.matches(facts) != false }
        return chosen.isEmpty ? devices.filter(\.options.isFallback) : chosen
    }

    // MARK: devices

    package var entries: [AuditDeviceEntry] { devices.value.map(\.entry) }

    /// The hash of `value` in the lines of the device at `path`, or nil when there is none.
    package func hash(_ value: String, forDevice path: String) -> String? {
        devices.value.first { $0.entry.path == path }?.hash.hashed(value)
    }

    /// Opens the device, proves that it takes a line, then stores it.
    package func enable(_ request: AuditDeviceEntry) async throws {
        var entry = request
        guard !devices.value.contains(where: { $0.entry.path == entry.path }) else {
            throw EngineError.badRequest("path already in use")
        }
        entry.salt = try random.uuid()
        let device = try device(for: entry)
        if device.options.isFallback && devices.value.contains(where: \.options.isFallback) {
            throw EngineError.badRequest("there is a fallback device already")
        }
        var probe = AuditRecord()
        probe.operation = "update"
        probe.path = "sys/audit/test"
        let now = clock.now
        let line = device.line(HeldAuditRecord(probe), now, error: "")
        do {
            try await device.output.prove(line.requestLine().line, at: now)
        } catch {
            device.output.close()
            let reason = (error as? AuditDeviceError)?.reason ?? "it is closed"
            throw EngineError.badRequest("the audit device cannot be written: \(reason)")
        }
        try await view.put(StorageKey(entry.path), entry.encoded())
        devices.update { $0.append(device) }
    }

    /// Makes the devices of the configuration those that are enabled under their names, and ends those that it
    /// no longer has. One that cannot be written fails the unseal, as a stored one does.
    package func declare(_ wanted: [AuditDeviceEntry]) async throws {
        for entry in entries where entry.isDeclared && !wanted.contains(where: { $0.path == entry.path }) {
            _ = try await remove(entry.path)
        }
        for var entry in wanted {
            entry.isDeclared = true
            if let current = entries.first(where: { $0.path == entry.path }) {
                if current.isSame(as: entry) { continue }
                _ = try await remove(entry.path)
            }
            try await enable(entry)
        }
    }

    /// False when there is no such device.
    package func disable(_ path: String) async throws -> Bool {
        if entries.contains(where: { $0.path == path && $0.isDeclared }) {
            throw EngineError.badRequest("the audit device is declared in the configuration file; remove it there")
        }
        return try await remove(path)
    }

    private func remove(_ path: String) async throws -> Bool {
        guard let device = devices.value.first(where: { $0.entry.path == path }) else { return false }
        try await view.delete(StorageKey(path))
        devices.update { $0.removeAll { $0.entry.path == path } }
        device.output.close()
        return true
    }

    /// Opens files anew (SIGHUP after log rotation).
    package func reopen() {
        for device in devices.value {
            do throws(AuditDeviceError) {
                try device.output.reopen()
            } catch {
                log.error(
                    "audit device could not be reopened",
                    metadata: ["device": .string(device.entry.path), "reason": .string(error.reason)])
            }
        }
    }

    package func close() {
        for device in devices.value { device.output.close() }
        devices.replace(with: [])
    }

    /// Neither the API nor a restored snapshot may choose where in the file system the server writes, once the
    /// configuration has said where (CVE-2025-6000).
    private func checkPlace(of entry: AuditDeviceEntry) throws(EngineError) {
        guard !directory.isEmpty, !entry.isDeclared, entry.type == "file" else { return }
        let path = entry.options["file_path"] ?? entry.options["path"] ?? ""
        if path == "stdout" || path == "discard" { return }
        guard path.utf8.starts(with: (directory.hasSuffix("/") ? directory : directory + "/").utf8) else {
            throw .badRequest("file_path must be inside the audit_directory of the server's configuration")
        }
    }

    private func device(for entry: AuditDeviceEntry) throws(EngineError) -> Device {
        guard let kind = kinds.first(where: { $0.type == entry.type }) else {
            throw .badRequest("unknown backend type: \"\(entry.type)\"")
        }
        try checkPlace(of: entry)
        let options = try AuditOptions(entry.options)
        let hash = AuditHash(
            salt: Array(entry.salt.utf8), isRaw: options.isRaw, hashesAccessors: options.hashesAccessors)
        let output = AuditOutput(try kind.make(entry.options), name: entry.path, log: log)
        let meters = metrics.map { AuditMeters($0, device: entry.path) }
        return Device(entry: entry, options: options, hash: hash, output: output, meters: meters)
    }
}

extension AuditRecord {
    /// What filters ask about.
    fileprivate var facts: AuditFilter.Facts {
        AuditFilter.Facts(
            mountPoint: mount?.path ?? "", mountType: mount?.type ?? "", namespace: namespace.path,
            operation: operation, path: path)
    }
}
