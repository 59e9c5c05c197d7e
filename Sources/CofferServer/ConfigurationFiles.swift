internal import CofferConfig
internal import Glibc

/// Finds and reads the files that `-config` names.
enum ConfigurationFiles {
    private static let largest = 1 << 20

    /// - Parameter paths: files, or folders of `.hcl` and `.json` files taken in name order.
    static func load(_ paths: [String], environment: [String: String]) throws(ConfigurationError) -> ServerConfiguration
    {
        var reader = ConfigurationReader()
        for path in paths {
            for file in try files(at: path) { try reader.add(try contents(of: file), file: file) }
        }
        return try reader.finish(environment: environment)
    }

    private static func files(at path: String) throws(ConfigurationError) -> [String] {
        var status = stat()
        guard stat(path, &status) == 0 else { throw ConfigurationError("\(path): \(reason())") }
        guard status.st_mode & S_IFMT == S_IFDIR else { return [path] }
        guard let folder = opendir(path) else { throw ConfigurationError("\(path): \(reason())") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".hcl") || name.hasSuffix(".json"), !name.hasPrefix(".") { names.append(name) }
        }
        if names.isEmpty { throw ConfigurationError("\(path): no .hcl or .json file in this folder") }
        return names.sorted().map { path.hasSuffix("/") ? path + $0 : path + "/" + $0 }
    }

    static func contents(of path: String) throws(ConfigurationError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ConfigurationError("\(path): \(reason())") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = read(descriptor, &part, part.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw ConfigurationError("\(path): \(reason())") }
            if count == 0 { return bytes }
            bytes.append(contentsOf: part[..<count])
            if bytes.count > largest { throw ConfigurationError("\(path): the file is larger than 1 MiB") }
        }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
