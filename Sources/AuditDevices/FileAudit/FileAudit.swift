package import CofferBase
package import CofferFramework
internal import Glibc
internal import Synchronization

/// Audit lines in a file, on standard output, or nowhere (`discard`).
///
/// Each line is one `write`; what a full disk cut off is taken back, so that the
/// file never holds half a line. A file that was deleted is noticed and made anew.
package final class FileAudit: AuditDevice {
    private enum Target: Sendable {
        case path(String)
        case standardOutput
        case discard
    }

    private let target: Target
    private let mode: mode_t
    private let file = Mutex(OpenFile())

    private struct OpenFile {
        var descriptor: Int32?
        var checkedAt = Timestamp(nanoseconds: .min)
    }

    /// How long lines may go into a file that was deleted.
    private static let checkInterval = Duration.milliseconds(100)

    package static let kind = AuditDeviceKind(type: "file") { options throws(EngineError) in
        try FileAudit(options: options)
    }

    private init(options: [String: String]) throws(EngineError) {
        target = try Self.target(options["file_path"] ?? options["path"] ?? "")
        mode = try Self.mode(options["mode"] ?? "0600")
        if let prefix = options["prefix"], !prefix.isEmpty {
            // A chosen prefix turns an audit file into a program (CVE-2025-6000).
            throw .badRequest("the option prefix is not allowed on this server")
        }
        if let format = options["format"], format != "json" {
            throw .badRequest("unknown audit format; use json")
        }
    }

    private static func target(_ path: String) throws(EngineError) -> Target {
        switch path {
        case "": throw .badRequest("file_path is required")
        case "stdout": return .standardOutput
        case "discard": return .discard
        default: break
        }
        guard path.hasPrefix("/"), let clean = try? CanonicalPath(decoded: String(path.dropFirst())),
            !clean.text.hasSuffix("/")
        else {
            throw .badRequest("file_path must be an absolute path to a file, without \".\" and \"..\"")
        }
        return .path(path)
    }

    private static func mode(_ text: String) throws(EngineError) -> mode_t {
        guard let mode = UInt32(text, radix: 8), mode <= 0o777, mode & 0o111 == 0 else {
            throw .badRequest("mode must be octal digits such as 0600, without execute bits")
        }
        return mode == 0 ? 0o600 : mode
    }

    package func write(_ line: [UInt8], at now: Timestamp) throws(AuditDeviceError) {
        switch target {
        case .discard: return
        case .standardOutput: try Self.writeAll(line, to: STDOUT_FILENO)
        case .path(let path):
            let failure: AuditDeviceError? = file.withLock { file in
                do throws(AuditDeviceError) {
                    try writeLine(line, path, at: now, &file)
                    return nil
                } catch {
                    return error
                }
            }
            if let failure { throw failure }
        }
    }

    package func reopen() throws(AuditDeviceError) {
        guard case .path = target else { return }
        close()
    }

    package func close() {
        file.withLock { file in
            if let descriptor = file.descriptor { _ = Glibc.close(descriptor) }
            file.descriptor = nil
        }
    }

    private func writeLine(
        _ line: [UInt8], _ path: String, at now: Timestamp, _ file: inout OpenFile
    ) throws(AuditDeviceError) {
        // Also when the clock was set back.
        if now - file.checkedAt >= Self.checkInterval || now < file.checkedAt {
            file.checkedAt = now
            if let descriptor = file.descriptor, Self.isDeleted(descriptor) {
                _ = Glibc.close(descriptor)
                file.descriptor = nil
            }
        }
        let descriptor: Int32
        if let open = file.descriptor { descriptor = open } else { descriptor = try open(path) }
        file.descriptor = descriptor
        do throws(AuditDeviceError) {
            try Self.writeAll(line, to: descriptor)
        } catch {
            // Start afresh next time.
            _ = Glibc.close(descriptor)
            file.descriptor = nil
            throw error
        }
    }

    private func open(_ path: String) throws(AuditDeviceError) -> Int32 {
        // No link is followed at the last step, and only a plain file is taken (CVE-2026-5051).
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let descriptor = Glibc.open(path, flags, mode)
        guard descriptor >= 0 else { throw AuditDeviceError("the file cannot be opened: \(Self.reason())") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            _ = Glibc.close(descriptor)
            throw AuditDeviceError("the path is not a plain file")
        }
        guard fchmod(descriptor, mode) == 0 else {
            _ = Glibc.close(descriptor)
            throw AuditDeviceError("the file's mode cannot be set: \(Self.reason())")
        }
        return descriptor
    }

    /// Whether the file has lost its name; one that was moved is followed until `reopen()`, as log rotation wants.
    private static func isDeleted(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) != 0 || status.st_nlink == 0
    }

    /// Writes the whole line, or takes back what was written of it.
    private static func writeAll(_ line: [UInt8], to descriptor: Int32) throws(AuditDeviceError) {
        var written = 0
        while written < line.count {
            let count = line.withUnsafeBytes { bytes in
                Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let failure = AuditDeviceError("the line cannot be written: \(reason())")
                takeBack(written, from: descriptor)
                throw failure
            }
            written += count
        }
    }

    private static func takeBack(_ count: Int, from descriptor: Int32) {
        var status = stat()
        guard count > 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        _ = ftruncate(descriptor, status.st_size - count)
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
