/// The commands that read and write any path.
enum DataCommands {
    static let all = [read, write, patch, delete, list, scan, unwrap]
}
