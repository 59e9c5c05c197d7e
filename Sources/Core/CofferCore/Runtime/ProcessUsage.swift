internal import CofferBase
internal import CofferMetrics
internal import Glibc

/// What the process takes from its machine, under the names that Vault and exporters of Prometheus have for it.
struct ProcessUsage {
    private var processorSeconds = 0.0
    private var openFiles = 0
    private var status: [Substring: Double] = [:]

    static func now() -> ProcessUsage {
        var usage = ProcessUsage()
        var times = rusage()
        getrusage(RUSAGE_SELF.rawValue, &times)
        usage.processorSeconds = seconds(times.ru_utime) + seconds(times.ru_stime)
        usage.openFiles = openFileCount()
        usage.status = readStatus()
        return usage
    }

    func set(_ metrics: Metrics) {
        metrics.gauge("runtime.alloc_bytes").set((status["RssAnon"] ?? 0) * 1024)
        metrics.gauge("runtime.sys_bytes").set((status["VmRSS"] ?? 0) * 1024)
        // What runs at once, which in Vault are goroutines.
        metrics.gauge("runtime.num_goroutines").set(status["Threads"] ?? 0)
        metrics.gauge("process_resident_memory_bytes").set((status["VmRSS"] ?? 0) * 1024)
        metrics.gauge("process_virtual_memory_bytes").set((status["VmSize"] ?? 0) * 1024)
        metrics.gauge("process_open_fds").set(openFiles)
        metrics.gauge("process_start_time_seconds").set(Double(metrics.startTime.seconds))
        let processor = metrics.counter("process_cpu_seconds_total")
        processor.add(max(processorSeconds - processor.total, 0))
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    private static func openFileCount() -> Int {
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // The folder itself, and the two names that every folder has.
        return max(count - 3, 0)
    }

    /// The numbers of `/proc/self/status`.
    private static func readStatus() -> [Substring: Double] {
        let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [:] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = read(descriptor, &bytes, bytes.count)
        var numbers: [Substring: Double] = [:]
        for line in String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let word = parts[1].split(whereSeparator: { $0 == " " || $0 == "\t" }).first
            if let word, let number = Double(word) { numbers[parts[0]] = number }
        }
        return numbers
    }
}
