package import CofferBase
package import CofferFramework
internal import Glibc
internal import Synchronization

/// Audit lines in a file, on standard output, or nowhere (`discard`).
///
/// Each line is one `write`; what a full disk cut off is taken back, so that the
/// file never holds half a line. A file that was deleted is noticed and made anew.
package final class FileAudit: AuditDevice {
    private let path: String
    private let mode: mode_t
    private let rotation: FileRotation
    private let file = Mutex(State())

    private struct State {
        var file: AuditFile?
        var checkedAt = Timestamp(nanoseconds: .min)
        /// When a rotation that failed is tried again.
        var rotatesAfter = Timestamp(nanoseconds: .min)
    }

    /// How long lines may go into a file that was deleted.
    private static let checkInterval = Duration.milliseconds(100)
    private static let rotationPause = Duration.seconds(10)

    package static let kind = AuditDeviceKind(type: "file") { options throws(EngineError) in
        let path = options["file_path"] ?? options["path"] ?? ""
        let timeout = try AuditDeviceKind.writeTimeout(options)
        let device = try FileAudit(path: path, options: options)
        return switch path {
        case "stdout": StreamAudit(STDOUT_FILENO, writeTimeout: timeout)
        case "discard": DiscardAudit()
        default: device
        }
    }

    private init(path: String, options: [String: String]) throws(EngineError) {
        self.path = path
        mode = try Self.mode(options["mode"] ?? "0600")
        rotation = try FileRotation(options)
        switch path {
        case "": throw .badRequest("file_path is required")
        case "stdout", "discard": return
        default: break
        }
        guard path.hasPrefix("/"), let clean = try? CanonicalPath(decoded: String(path.dropFirst())),
            !clean.text.hasSuffix("/")
        else {
            throw .badRequest("file_path must be an absolute path to a file, without \".\" and \"..\"")
        }
    }

    private static func mode(_ text: String) throws(EngineError) -> mode_t {
        guard let mode = UInt32(text, radix: 8), mode <= 0o777, mode & 0o111 == 0 else {
            throw .badRequest("mode must be octal digits such as 0600, without execute bits")
        }
        return mode == 0 ? 0o600 : mode
    }

    package func write(_ line: [UInt8], at now: Timestamp) throws(AuditDeviceError) {
        let failure: AuditDeviceError? = file.withLock { state in
            do throws(AuditDeviceError) {
                try write(line, at: now, &state)
                return nil
            } catch {
                // Start afresh next time.
                state.file = nil
                return error
            }
        }
        if let failure { throw failure }
    }

    package func reopen() { close() }
    package func close() { file.withLock { $0.file = nil } }

    private func write(_ line: [UInt8], at now: Timestamp, _ state: inout State) throws(AuditDeviceError) {
        // Also when the clock was set back.
        if now - state.checkedAt >= Self.checkInterval || now < state.checkedAt {
            state.checkedAt = now
            // One that was moved is followed until `reopen()`, as log rotation wants.
            if let file = state.file, !file.refreshSize() { state.file = nil }
        }
        if let file = state.file, rotation.isDue(file, adding: line.count, at: now), now >= state.rotatesAfter {
            if rotation.moveAway(file, path: path, at: now) {
                state.file = nil
            } else {
                // Better a file that is too long than none.
                state.rotatesAfter = now + Self.rotationPause
            }
        }
        let file: AuditFile
        if let open = state.file { file = open } else { file = try AuditFile(path, mode: mode, at: now) }
        state.file = file
        try file.append(line)
    }
}

/// Takes every line and keeps none.
package struct DiscardAudit: AuditDevice {
    package func write(_ line: [UInt8], at now: Timestamp) {}
    package func reopen() {}
    package func close() {}
}
