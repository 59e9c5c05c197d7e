internal import CofferBase
internal import CofferConfig
internal import Glibc
internal import Synchronization

/// The file that log lines go to beside standard output (`log_file`), and the older ones that rotation leaves:
/// `coffer.log` becomes `coffer-<nanoseconds since 1970>.log`.
final class LogFile: Sendable {
    private struct State {
        var descriptor: Int32 = -1
        var size = 0
        var openedAt = Timestamp(nanoseconds: 0)
    }

    private let folder: String
    private let stem: String
    private let ending: String
    private let settings: LogSettings
    private let clock: any WallClock
    private let state = Mutex(State())

    private var path: String { folder + stem + ending }

    init(_ settings: LogSettings, clock: any WallClock) throws(ConfigurationError) {
        let slash = settings.file.lastIndex(of: "/").map { settings.file.index(after: $0) }
        folder = String(settings.file[..<(slash ?? settings.file.startIndex)])
        let name = String(settings.file[(slash ?? settings.file.startIndex)...])
        let full = name.isEmpty ? "vault.log" : name
        let dot = full.lastIndex(of: ".").flatMap { $0 > full.startIndex ? $0 : nil } ?? full.endIndex
        stem = String(full[..<dot])
        ending = String(full[dot...])
        self.settings = settings
        self.clock = clock
        let opened = state.withLock { open(&$0) }
        if !opened { throw ConfigurationError("log_file \(path): \(String(cString: strerror(errno)))") }
    }

    deinit { state.withLock { if $0.descriptor >= 0 { close($0.descriptor) } } }

    /// Writes a line whole. What cannot be written is lost here; standard output has it.
    func write(_ line: String) {
        state.withLock { state in
            rotateIfDue(&state, adding: line.utf8.count)
            guard state.descriptor >= 0 else { return }
            Console.write(line, to: state.descriptor)
            state.size += line.utf8.count
        }
    }

    /// Another program has moved the file away.
    func reopen() { state.withLock { _ = open(&$0) } }

    /// The old descriptor stays when the file cannot be opened.
    private func open(_ state: inout State) -> Bool {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        if state.descriptor >= 0 { close(state.descriptor) }
        var facts = stat()
        fstat(descriptor, &facts)
        state = State(descriptor: descriptor, size: Int(facts.st_size), openedAt: clock.now)
        return true
    }

    private func rotateIfDue(_ state: inout State, adding count: Int) {
        let now = clock.now
        let isFull = settings.rotateBytes > 0 && state.size > 0 && state.size + count > settings.rotateBytes
        let isOld = settings.rotateDuration > .zero && now - state.openedAt >= settings.rotateDuration
        guard isFull || (isOld && state.size > 0) else { return }
        guard rename(path, "\(folder)\(stem)-\(now.nanoseconds)\(ending)") == 0, open(&state) else { return }
        prune()
    }

    private func prune() {
        guard settings.rotateMaximumFiles != 0 else { return }
        let old = oldFiles().sorted()
        for name in old.dropLast(max(settings.rotateMaximumFiles, 0)) { unlink(folder + name) }
    }

    private func oldFiles() -> [String] {
        guard let directory = opendir(folder.isEmpty ? "." : folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasPrefix(stem + "-"), name.hasSuffix(ending) else { continue }
            let middle = name.dropFirst(stem.count + 1).dropLast(ending.count)
            if !middle.isEmpty && middle.allSatisfy({ ("0"..."9").contains($0) }) { names.append(name) }
        }
        return names
    }
}
