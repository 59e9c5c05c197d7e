internal import CofferClient
internal import CofferJSON

/// What `status` and `operator unseal` print: the seal's state and that of the cluster.
struct SealStatus: Sendable {
    private let seal: JSONObject
    private let leader: JSONObject

    init(_ seal: JSONObject, leader: JSONObject) {
        self.seal = seal
        self.leader = leader
    }

    var isSealed: Bool { seal["sealed"]?.boolValue ?? true }

    /// Asks for the state of the cluster.
    static func read(_ seal: JSONObject, _ client: Client) async throws -> SealStatus {
        do {
            let leader = try await client.call(APIRequest(.get, "sys/leader").asPreparation()).object()
            return SealStatus(seal, leader: leader ?? [:])
        } catch {
            // A sealed server of a cluster cannot say who leads.
            guard error.description.contains("Vault is sealed") else {
                throw CommandFailure.local("Error checking leader status: \(error)")
            }
            return SealStatus(seal, leader: ["ha_enabled": true])
        }
    }

    var rows: [[String]] {
        let recovery = seal["recovery_seal"]?.boolValue == true
        var rows = [["Seal Type", text("type")]]
        if recovery { rows.append(["Recovery Seal Type", text("recovery_seal_type")]) }
        rows += [
            ["Initialized", GoText.value(seal["initialized"] ?? false)],
            ["Sealed", GoText.value(seal["sealed"] ?? false)],
            ["Total \(recovery ? "Recovery " : "")Shares", GoText.value(seal["n"] ?? 0)],
            ["Threshold", GoText.value(seal["t"] ?? 0)],
        ]
        if isSealed {
            rows.append(["Unseal Progress", "\(GoText.value(seal["progress"] ?? 0))/\(GoText.value(seal["t"] ?? 0))"])
            rows.append(["Unseal Nonce", text("nonce")])
        }
        if seal["migration"]?.boolValue == true { rows.append(["Seal Migration in Progress", "true"]) }
        let optional = [("Version", "version"), ("Build Date", "build_date"), ("Storage Type", "storage_type")]
        rows += optional.map { [$0.0, text($0.1)] }.filter { !$0[1].isEmpty }
        if !text("cluster_name").isEmpty, !text("cluster_id").isEmpty {
            rows += [["Cluster Name", text("cluster_name")], ["Cluster ID", text("cluster_id")]]
        }
        return rows + clusterRows
    }

    private var clusterRows: [[String]] {
        let enabled = leader["ha_enabled"]?.boolValue == true
        let rows = [["HA Enabled", enabled ? "true" : "false"]]
        guard enabled, !isSealed else { return rows }
        let isActive = leader["is_self"]?.boolValue == true
        let address = leader["leader_address"]?.stringValue ?? ""
        let since = leader["active_time"]?.stringValue ?? ""
        return rows + [["HA Cluster", leader["leader_cluster_address"]?.stringValue ?? ""]]
            + [["HA Mode", isActive ? "active" : "standby"]]
            + (isActive && !since.isEmpty && !since.hasPrefix("0001-") ? [["Active Since", since]] : [])
            + (!isActive && !address.isEmpty ? [["Active Node Address", address]] : [])
    }

    /// The keys of the seal's state, then those of the cluster's.
    var json: JSON {
        var object = JSONObject()
        let required = [
            "type", "initialized", "sealed", "t", "n", "progress", "nonce", "version", "build_date", "migration",
        ]
        for key in required { object.append(key, seal[key] ?? .null) }
        let optional = ["cluster_name", "cluster_id", "recovery_seal", "recovery_seal_type", "storage_type"]
        for key in optional { object[key] = seal[key] }
        for member in seal.members where object[member.key] == nil { object[member.key] = member.value }
        object["ha_enabled"] = leader["ha_enabled"] ?? false
        if leader["is_self"]?.boolValue == true { object["is_self"] = true }
        object["active_time"] = leader["active_time"] ?? "0001-01-01T00:00:00Z"
        for key in ["leader_address", "leader_cluster_address"] where leader[key]?.stringValue?.isEmpty == false {
            object[key] = leader[key]
        }
        return .object(object)
    }

    private func text(_ key: String) -> String { seal[key]?.stringValue ?? "" }
}

extension Invocation {
    func show(_ status: SealStatus) throws {
        if format == .table {
            say(TextTable.table(header: SecretTable.header, rows: status.rows))
        } else {
            _ = try show(status.json)
        }
    }
}
