internal import CofferBase
package import CofferFramework
package import CofferJSON

/// When snapshots are taken and where they go; Vault's fields of `sys/storage/raft/snapshot-auto`.
package struct SnapshotPlan: Sendable {
    package var name = ""
    package var interval: Duration = .zero
    /// How many snapshots are kept.
    package var retain: Int64 = 1
    /// The folder, or what stands before the names in a bucket.
    package var pathPrefix = ""
    package var filePrefix = "vault-snapshot"
    /// `local` or `aws-s3`.
    package var storageType = ""
    /// Bytes that the snapshots may take in the folder; 0 for no limit.
    package var localMaximumSpace: Int64 = 0
    package var bucket = ""
    package var region = ""
    package var accessKey = ""
    package var secretKey = ""
    package var sessionToken = ""
    package var endpoint = ""
    package var disablesTLS = false
    package var forcesPathStyle = false
    package var encryptsServerSide = false
    package var usesKMS = false
    package var kmsKey = ""

    package init() {}

    package static let schema = Schema<SnapshotPlan>(
        { SnapshotPlan() },
        [
            Field("interval", \.interval, "Time between snapshots."),
            Field("retain", \.retain, "How many snapshots are kept."),
            Field("path_prefix", \.pathPrefix, "Folder, or what stands before the names in a bucket."),
            Field("file_prefix", \.filePrefix, "What the names begin with."),
            Field("storage_type", \.storageType, "local or aws-s3."),
            Field(
                "local_max_space", \.localMaximumSpace, "Bytes that all snapshots in the folder may take; 0: no limit."),
            Field("aws_s3_bucket", \.bucket, "Bucket."),
            Field("aws_s3_region", \.region, "Region of the bucket."),
            Field("aws_access_key_id", \.accessKey, "Key that may write to the bucket."),
            Field("aws_secret_access_key", \.secretKey, "Its secret.").secret,
            Field("aws_session_token", \.sessionToken, "Its session token.").secret,
            Field("aws_s3_endpoint", \.endpoint, "Where the service is, unless it is that of AWS."),
            Field("aws_s3_disable_tls", \.disablesTLS, "Ask an endpoint without scheme by http."),
            Field("aws_s3_force_path_style", \.forcesPathStyle, "Name the bucket in the path."),
            Field("aws_s3_server_side_encryption", \.encryptsServerSide, "Ask for AES256 at the service."),
            Field("aws_s3_enable_kms", \.usesKMS, "Ask for encryption by its key management."),
            Field("aws_s3_kms_key", \.kmsKey, "With this key."),
        ])

    /// As it is shown: without secrets.
    package var shown: JSONObject { Self.schema.encodeForReading(self) }

    /// - Parameter root: the folder that local snapshots must lie in; empty for anywhere.
    /// - Throws: `badRequest` for what cannot work.
    package func check(within root: String) throws(EngineError) {
        guard interval >= .seconds(1) else { throw .badRequest("interval is required and must be at least a second") }
        guard (1...10_000).contains(retain) else { throw .badRequest("retain must be from 1 to 10000") }
        let isName = !filePrefix.isEmpty && filePrefix.utf8.count <= 100 && filePrefix.utf8.allSatisfy(Self.isPlain)
        guard isName, !filePrefix.hasPrefix(".") else {
            throw .badRequest("file_prefix may hold letters, digits, dots, dashes and underscores only")
        }
        switch storageType {
        case "local": try checkFolder(within: root)
        case "aws-s3":
            guard !bucket.isEmpty, bucket.utf8.count <= 63, bucket.utf8.allSatisfy(Self.isPlain) else {
                throw .badRequest("aws_s3_bucket is required and must be the name of a bucket")
            }
            guard pathPrefix.utf8.allSatisfy({ Self.isPlain($0) || $0 == UInt8(ascii: "/") }) else {
                throw .badRequest("path_prefix may hold letters, digits and ./_- only")
            }
            guard !accessKey.isEmpty, !secretKey.isEmpty else {
                throw .badRequest("aws_access_key_id and aws_secret_access_key are required")
            }
        default: throw .badRequest("storage_type must be local or aws-s3")
        }
    }

    private func checkFolder(within root: String) throws(EngineError) {
        // By bytes, as the kernel reads it: a character that joins the next one would hide a slash from Swift.
        let slash = UInt8(ascii: "/")
        let isUpward = pathPrefix.utf8.split(separator: slash).contains { $0.elementsEqual("..".utf8) }
        guard pathPrefix.utf8.first == slash, !isUpward, !pathPrefix.utf8.contains(0) else {
            throw .badRequest("path_prefix must be an absolute path")
        }
        let folder = root.utf8.last == slash ? root : root + "/"
        guard root.isEmpty || (pathPrefix + "/").utf8.starts(with: folder.utf8) else {
            throw .badRequest("path_prefix must lie in the configured snapshot_directory")
        }
        guard localMaximumSpace >= 0 else { throw .badRequest("local_max_space must not be negative") }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-_.".utf8.contains(byte)
        }
    }

    // MARK: names

    /// Names sort by time: nanoseconds since 1970 have as many digits until the year 2286.
    func fileName(at now: Timestamp) -> String { "\(filePrefix)-\(now.nanoseconds).snap" }

    /// Whether a name is one that this plan gave.
    func made(_ name: some StringProtocol) -> Bool {
        guard name.hasPrefix(filePrefix + "-"), name.hasSuffix(".snap") else { return false }
        let digits = name.dropFirst(filePrefix.utf8.count + 1).dropLast(5)
        return digits.utf8.count == 19 && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
