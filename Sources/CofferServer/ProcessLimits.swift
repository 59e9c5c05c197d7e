internal import Glibc

/// What the machine and its administrator let this process have.
enum ProcessLimits {
    /// Raises the number of open files to what is allowed, as most servers do.
    /// - Returns: how many there may be now.
    static func raiseOpenFiles() -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        var raised = rlimit(rlim_cur: min(limit.rlim_max, 1 << 20), rlim_max: limit.rlim_max)
        if raised.rlim_cur > limit.rlim_cur, setrlimit(resource, &raised) == 0 { limit = raised }
        return Int(clamping: limit.rlim_cur)
    }

    /// Bytes that the process may use: its control group's or the machine's.
    static func memory() -> Int {
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        return min(machine, groupMemory() ?? machine)
    }

    /// `memory.max` of the process's control group and of those above it.
    private static func groupMemory() -> Int? {
        guard let line = text("/proc/self/cgroup")?.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })
        else { return nil }
        var folders = line.dropFirst(4).split(separator: "/")
        var smallest: Int?
        while true {
            let path = (["/sys/fs/cgroup"] + folders.map(String.init)).joined(separator: "/") + "/memory.max"
            if let limit = text(path).flatMap({ Int($0.filter(\.isNumber)) }) {
                smallest = min(limit, smallest ?? limit)
            }
            if folders.popLast() == nil { return smallest }
        }
    }

    private static func text(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
