internal import CofferBase
internal import CofferJSON
internal import Glibc

/// What Linux tells about the machine, under the names that clients of Vault know.
enum HostInfo {
    /// The text of a file in `/proc`; empty when it cannot be read.
    static func file(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16 * 1024)
        while text.count < 1 << 20 {
            let count = read(descriptor, &part, part.count)
            if count <= 0 { break }
            text.append(contentsOf: part[..<count])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// `/proc/cpuinfo`: one paragraph for each processor.
    static func processors(_ text: String) -> JSON {
        var processors: [JSON] = []
        var facts: [Substring: Substring] = [:]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let colon = line.firstIndex(of: ":") {
                facts[trimmed(line[..<colon])] = trimmed(line[line.index(after: colon)...])
            } else if let number = facts["processor"] {
                processors.append(processor(number, facts))
                facts = [:]
            }
        }
        return .array(processors)
    }

    private static func processor(_ number: Substring, _ facts: [Substring: Substring]) -> JSON {
        func text(_ name: Substring) -> JSON { .string(String(facts[name] ?? "")) }
        return [
            "cpu": .int(Int64(number) ?? 0), "vendorId": text("vendor_id"), "family": text("cpu family"),
            "model": text("model"), "stepping": .int(Int64(facts["stepping"] ?? "") ?? 0),
            "physicalId": text("physical id"), "coreId": text("core id"),
            "cores": .int(Int64(facts["cpu cores"] ?? "") ?? 1), "modelName": text("model name"),
            "mhz": decimal(facts["cpu MHz"] ?? ""), "microcode": text("microcode"),
            "flags": .strings((facts["flags"] ?? "").split(separator: " ").map(String.init)),
        ]
    }

    /// `/proc/stat`: seconds of each processor, in hundredths.
    static func processorTimes(_ text: String) -> JSON {
        let names = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guestNice"]
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("cpu") && !$0.hasPrefix("cpu ") }
        return .array(
            lines.map { line in
                let words = line.split(separator: " ")
                var object: JSONObject = ["cpu": .string(String(words[0]))]
                for (name, ticks) in zip(names, words.dropFirst()) {
                    guard let ticks = Int64(ticks) else { continue }
                    object[name] = decimal("\(ticks / 100).\(ticks % 100 / 10)\(ticks % 10)")
                }
                return .object(object)
            })
    }

    /// `/proc/meminfo`, in bytes.
    static func memory(_ text: String) -> JSON {
        var bytes: [Substring: Int64] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.count > 1, let amount = Int64(parts[1]) { bytes[parts[0].dropLast()] = amount * 1024 }
        }
        func amount(_ name: Substring) -> JSON { .int(bytes[name] ?? 0) }
        let (total, available) = (bytes["MemTotal"] ?? 0, bytes["MemAvailable"] ?? 0)
        return [
            "total": .int(total), "available": .int(available), "used": .int(total - available),
            "usedPercent": .int(total > 0 ? (total - available) * 100 / total : 0), "free": amount("MemFree"),
            "active": amount("Active"), "inactive": amount("Inactive"), "buffers": amount("Buffers"),
            "cached": amount("Cached"), "swaptotal": amount("SwapTotal"), "swapfree": amount("SwapFree"),
        ]
    }

    /// File systems on devices; each device once.
    static func disks(_ mounts: String) -> JSON {
        var seen: Set<Substring> = []
        var disks: [JSON] = []
        for line in mounts.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 2, words[0].hasPrefix("/"), seen.insert(words[0]).inserted else { continue }
            var status = statvfs()
            guard statvfs(String(words[1]), &status) == 0 else { continue }
            let size = Int64(status.f_frsize)
            let (total, free) = (Int64(status.f_blocks) * size, Int64(status.f_bavail) * size)
            disks.append([
                "path": .string(String(words[1])), "fstype": .string(String(words[2])), "total": .int(total),
                "free": .int(free), "used": .int(total - free),
                "usedPercent": .int(total > 0 ? (total - free) * 100 / total : 0),
                "inodesTotal": .int(Int64(status.f_files)), "inodesFree": .int(Int64(status.f_ffree)),
                "inodesUsed": .int(Int64(status.f_files) - Int64(status.f_ffree)),
            ])
        }
        return .array(disks)
    }

    /// The machine's name.
    static var name: String {
        var name = utsname()
        uname(&name)
        return text(of: name.nodename)
    }

    static func host(now: Timestamp) -> JSONObject {
        var name = utsname()
        uname(&name)
        let uptime = Int64(file("/proc/uptime").prefix { $0 != "." }) ?? 0
        return [
            "hostname": .string(text(of: name.nodename)), "uptime": .int(uptime),
            "bootTime": .int(now.seconds - uptime), "os": "linux",
            "kernelVersion": .string(text(of: name.release)), "kernelArch": .string(text(of: name.machine)),
        ]
    }

    private static func text<Characters>(of characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// A number as it was written; zero when it is none.
    private static func decimal(_ text: some StringProtocol) -> JSON {
        guard let parsed = try? JSON.parse(Array(text.utf8)), case .number = parsed else { return 0 }
        return parsed
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
