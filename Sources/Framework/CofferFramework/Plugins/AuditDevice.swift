package import CofferBase

/// Where audit lines go. One implementation for each kind of device.
package protocol AuditDevice: Sendable {
    /// Writes a complete line (it ends in a newline) before it returns. A device that is not a `RemoteAuditDevice` is
    /// also given several lines at once.
    ///
    /// What it is given is written whole or not at all; after a failure the next call tries afresh.
    /// - Parameter now: the time of the line.
    func write(_ line: [UInt8], at now: Timestamp) throws(AuditDeviceError)
    /// Opens files and connections anew (SIGHUP).
    func reopen() throws(AuditDeviceError)
    func close()
}

/// Why a device refused a line; the reason goes to the server log and names no data.
package struct AuditDeviceError: Error, Sendable, Equatable {
    package let reason: String
    /// The device cannot take this line, ever, but takes others: it is too long for a datagram.
    package let isOfLineOnly: Bool
    /// The log has been told already.
    package let isReported: Bool

    package init(_ reason: String, isOfLineOnly: Bool = false, isReported: Bool = false) {
        self.reason = reason
        self.isOfLineOnly = isOfLineOnly
        self.isReported = isReported
    }
}

/// How to make devices of one type from their options.
package struct AuditDeviceKind: Sendable {
    package let type: String
    /// Throws `badRequest` for options that are wrong or leave the configured audit folder.
    package let make: @Sendable (_ options: [String: String]) throws(EngineError) -> any AuditDevice

    package init(
        type: String, make: @escaping @Sendable ([String: String]) throws(EngineError) -> any AuditDevice
    ) {
        self.type = type
        self.make = make
    }
}
