internal import CofferStorage
internal import EtcdClient

/// Whether a cluster can be used (contract rule T9), from what it says of itself.
struct EtcdServerCheck {
    private(set) var objections: [String] = []
    private(set) var warnings: [String] = []

    private static let oldest = (major: 3, minor: 4)

    /// - Parameters:
    ///   - alarms: what the server says is wrong.
    ///   - members: nil when the account may not ask.
    init(version: String, alarms: [String], members: Int?) {
        let parts = version.split(separator: ".").prefix(2).map { Int($0) ?? 0 }
        if parts.count < 2 || (parts[0], parts[1]) < Self.oldest {
            objections.append("it is older than etcd 3.4")
        }
        for alarm in alarms {
            if alarm.contains("CORRUPT") { objections.append("it reports damaged data") }
            if alarm.contains("NOSPACE") { warnings.append("etcd has reached its quota and takes no writes") }
        }
        if members == 1 {
            warnings.append("the etcd cluster has one member: nothing takes its place when it is lost")
        }
    }
}
