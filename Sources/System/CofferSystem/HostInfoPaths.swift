internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// `sys/host-info`: the machine that this server runs on.
struct HostInfoPaths {
    var paths: [Path] {
        [
            Path(
                "host-info", "The machine that this server runs on.", traits: .traits { $0.isLocalOnly = true },
                [
                    Verb(.read, "collect-host-information", "The machine that this server runs on.") { call in
                        .data([
                            "timestamp": .string(call.now.rfc3339),
                            "cpu": HostInfo.processors(HostInfo.file("/proc/cpuinfo")),
                            "cpu_times": HostInfo.processorTimes(HostInfo.file("/proc/stat")),
                            "disk": HostInfo.disks(HostInfo.file("/proc/self/mounts")),
                            "host": .object(HostInfo.host(now: call.now)),
                            "memory": HostInfo.memory(HostInfo.file("/proc/meminfo")),
                        ])
                    }
                ])
        ]
    }
}
