package import CofferBase
internal import CofferJSON
package import CofferStorage

/// The key pair of a cluster for one term, with which its nodes know each other (contract rule N2).
package struct ClusterCertificate: Sendable {
    /// PEM: the authority that signed the certificate, and nothing else.
    package let authority: String
    /// PEM.
    package let certificate: String
    /// PEM.
    package let key: SecretBytes

    package init(authority: String, certificate: String, key: SecretBytes) {
        self.authority = authority
        self.certificate = certificate
        self.key = key
    }
}

/// What the leader tells the other nodes about itself, through the barrier.
package struct ActiveNode: Sendable {
    static let path: StorageKey = "core/leader/active"

    package let epoch: Epoch
    package let id: String
    package let apiAddress: String
    /// `https://HOST:PORT`; empty when it takes no forwarded requests.
    package let clusterAddress: String
    package let activeSince: Timestamp
    package let certificate: ClusterCertificate

    /// Holds the key; the caller zeroes it.
    func encoded() -> [UInt8] {
        var key = certificate.key.copyBytes()
        defer { zero(&key) }
        let object: JSONObject = [
            "epoch": .int(Int64(clamping: epoch.value)), "id": .string(id), "api_address": .string(apiAddress),
            "cluster_address": .string(clusterAddress), "active_since": .string(activeSince.rfc3339),
            "authority": .string(certificate.authority), "certificate": .string(certificate.certificate),
            "key": .string(String(decoding: key, as: UTF8.self)),
        ]
        return JSON.object(object).serialized()
    }

    init(
        epoch: Epoch, id: String, apiAddress: String, clusterAddress: String, activeSince: Timestamp,
        certificate: ClusterCertificate
    ) {
        self.epoch = epoch
        self.id = id
        self.apiAddress = apiAddress
        self.clusterAddress = clusterAddress
        self.activeSince = activeSince
        self.certificate = certificate
    }

    init?(encoded bytes: [UInt8]) {
        guard let object = try? JSON.parseObject(bytes, limits: .trusted),
            let epoch = object["epoch"]?.intValue.flatMap({ UInt64(exactly: $0) }), let id = object["id"]?.stringValue,
            let since = object["active_since"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
            let key = object["key"]?.stringValue
        else { return nil }
        func text(_ name: String) -> String { object[name]?.stringValue ?? "" }
        self.init(
            epoch: Epoch(epoch), id: id, apiAddress: text("api_address"), clusterAddress: text("cluster_address"),
            activeSince: since,
            certificate: ClusterCertificate(
                authority: text("authority"), certificate: text("certificate"),
                key: SecretBytes(copying: Array(key.utf8))))
    }
}
