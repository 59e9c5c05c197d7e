internal import CBase
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

    /// Memory of large bodies is given back, so that what is free for others does not depend on what was asked before.
    static func returnLargeBlocks() { _ = coffer_return_large_blocks(1 << 20) }

    /// Code that only the start or the opening needed is no longer part of the process; this halves what it takes when
    /// idle (measured).
    static func forgetCode() { coffer_forget_code() }

    /// Bytes that the process may use: its control group's or the machine's.
    static func memory() -> Int {
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        return min(machine, groupMemory() ?? machine)
    }

    /// The limit of the process's control group and of those above it, in either version of them.
    private static func groupMemory() -> Int? {
        let lines = text("/proc/self/cgroup")?.split(separator: "\n") ?? []
        let limits = lines.compactMap { line -> Int? in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return nil }
            if parts[0] == "0" { return smallest("/sys/fs/cgroup", parts[2], "memory.max") }
            guard parts[1].split(separator: ",").contains("memory") else { return nil }
            return smallest("/sys/fs/cgroup/memory", parts[2], "memory.limit_in_bytes")
        }
        return limits.min()
    }

    private static func smallest(_ root: String, _ group: Substring, _ name: String) -> Int? {
        var folders = group.split(separator: "/").map(String.init)
        var smallest: Int?
        while true {
            let path = ([root] + folders + [name]).joined(separator: "/")
            let limit = text(path).flatMap { Int($0.filter(\.isNumber)) }
            if let limit { smallest = min(limit, smallest ?? limit) }
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
