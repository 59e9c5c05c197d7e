internal import CofferBase
internal import CofferFramework
internal import Logging

/// A device as the broker writes to it: with the lines of other requests, or through its lane when it can keep a writer
/// waiting.
enum AuditOutput: Sendable {
    case local(AuditGroup)
    case remote(AuditLane)

    init(_ device: any AuditDevice, name: String, log: Logger) {
        if let remote = device as? any RemoteAuditDevice {
            self = .remote(AuditLane(remote, name: name, log: log))
        } else {
            self = .local(AuditGroup(device))
        }
    }

    func write(_ line: [UInt8], at now: Timestamp) async throws(AuditDeviceError) {
        switch self {
        case .local(let group): try await group.write(line, at: now)
        case .remote(let lane): try lane.write(line, at: now)
        }
    }

    func open() async {
        if case .remote(let lane) = self { await lane.open() }
    }

    /// Writes a first line, or says why the device is of no use.
    func prove(_ line: [UInt8], at now: Timestamp) async throws {
        switch self {
        case .local(let group): try group.device.write(line, at: now)
        case .remote(let lane): try await lane.prove(line, at: now)
        }
    }

    func reopen() throws(AuditDeviceError) {
        switch self {
        case .local(let group): try group.device.reopen()
        case .remote(let lane): lane.reopen()
        }
    }

    func close() {
        switch self {
        case .local(let group): group.device.close()
        case .remote(let lane): lane.close()
        }
    }
}
