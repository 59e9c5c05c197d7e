internal import Glibc

/// What Linux tells about this process, as plain text.
enum ProcessFacts {
    /// `Vm…`, `Rss…` and the like of `/proc/self/status`.
    static var memory: String { status { $0.hasPrefix("Vm") || $0.hasPrefix("Rss") || $0.hasPrefix("Hugetlb") } }

    static var switches: String { status { $0.contains("ctxt_switches") } }

    private static func status(_ isWanted: (Substring) -> Bool) -> String {
        HostInfo.file("/proc/self/status").split(separator: "\n").filter(isWanted).map { $0 + "\n" }.joined()
    }

    /// A thread and the time it has used, in hundredths of a second.
    struct ThreadTime: Sendable {
        let id: Int
        let name: String
        let ticks: Int64
    }

    static var threadTimes: [ThreadTime] {
        threadIDs.compactMap { id in
            let stat = HostInfo.file("/proc/self/task/\(id)/stat")
            // The name stands in parentheses and may hold spaces.
            guard let open = stat.firstIndex(of: "("), let close = stat.lastIndex(of: ")") else { return nil }
            let fields = stat[stat.index(after: close)...].split(separator: " ")
            guard fields.count > 12, let user = Int64(fields[11]), let system = Int64(fields[12]) else { return nil }
            return ThreadTime(id: id, name: String(stat[stat.index(after: open)..<close]), ticks: user + system)
        }
    }

    static var threads: String {
        let times = threadTimes
        return "threads: \(times.count)\n" + times.map { "\($0.id) \($0.name) \($0.ticks)0 ms\n" }.joined()
    }

    /// Most first; threads that used nothing are left out.
    static func used(since before: [ThreadTime], seconds: Int64) -> String {
        let earlier = Dictionary(before.map { ($0.id, $0.ticks) }, uniquingKeysWith: { first, _ in first })
        let rows =
            threadTimes
            .map { (thread: $0, ticks: $0.ticks - (earlier[$0.id] ?? 0)) }
            .filter { $0.ticks > 0 }
            .sorted { $0.ticks > $1.ticks }
        return "processor time in \(seconds) s\n"
            + rows.map { "\($0.thread.id) \($0.thread.name) \($0.ticks)0 ms\n" }.joined()
    }

    private static var threadIDs: [Int] {
        guard let folder = opendir("/proc/self/task") else { return [] }
        defer { closedir(folder) }
        var ids: [Int] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let id = Int(name) { ids.append(id) }
        }
        return ids.sorted()
    }
}
