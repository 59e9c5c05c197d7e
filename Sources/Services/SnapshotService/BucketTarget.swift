internal import AWSClient
internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import HTTPClient

/// Snapshots as objects of a bucket of S3, or of a service that offers the same.
///
/// Large ones go in parts. Every request carries the sum of its body under its signature, which the service checks.
struct BucketTarget: SnapshotTarget {
    /// S3 takes no smaller parts but for the last.
    static let partSize = 8 << 20
    private static let timeout: Duration = .seconds(120)

    let plan: SnapshotPlan
    private let service: AWSService
    /// Before the keys in the path: the bucket, where it is not in the name of the host.
    private let root: String

    init(_ plan: SnapshotPlan, clock: any WallClock, send: HTTPSender? = nil) throws(SnapshotFailure) {
        self.plan = plan
        let region = plan.region.isEmpty ? "us-east-1" : plan.region
        let isInPath = plan.forcesPathStyle || !plan.endpoint.isEmpty
        guard let address = Self.address(plan, region, isInPath) else {
            throw SnapshotFailure("aws_s3_endpoint or aws_s3_region cannot be used")
        }
        root = isInPath ? "/\(plan.bucket)/" : "/"
        service = AWSService(
            address, AWSSignature(region: region, service: "s3"),
            AWSCredentials(
                accessKey: plan.accessKey, secretKey: plan.secretKey, sessionToken: plan.sessionToken),
            clock: clock, send: send)
    }

    private static func address(_ plan: SnapshotPlan, _ region: String, _ isInPath: Bool) -> HTTPAddress? {
        if plan.endpoint.isEmpty {
            return AWSService.standardAddress(service: "s3", region: region).flatMap {
                isInPath ? $0 : HTTPAddress("https://\(plan.bucket).\($0.authority)")
            }
        }
        if plan.endpoint.contains("://") { return HTTPAddress(plan.endpoint) }
        return HTTPAddress((plan.disablesTLS ? "http://" : "https://") + plan.endpoint)
    }

    private func key(_ name: String) -> String {
        plan.pathPrefix.isEmpty || plan.pathPrefix.hasSuffix("/")
            ? plan.pathPrefix + name : plan.pathPrefix + "/" + name
    }

    func url(_ name: String) -> String { "s3://\(plan.bucket)/\(key(name))" }

    func store(_ name: String, _ content: ByteStream) async throws(SnapshotFailure) {
        defer { content.close() }
        var parts = PartReader(content)
        let first = try await parts.next()
        guard parts.hasMore else {
            _ = try await ask("PUT", key(name), [], first, encryption)
            return
        }
        let begun = try await ask("POST", key(name), [("uploads", "")], [], encryption)
        guard let upload = ObjectText.values(of: "UploadId", in: begun.body).first else { throw Self.malformed }
        do throws(SnapshotFailure) {
            try await send(first, &parts, name, upload)
        } catch {
            // What was uploaded costs until it is given up.
            _ = try? await ask("DELETE", key(name), [("uploadId", upload)])
            throw error
        }
    }

    private func send(
        _ first: [UInt8], _ parts: inout PartReader, _ name: String, _ upload: String
    ) async throws(SnapshotFailure) {
        var part = first
        var list = ""
        var number = 1
        while true {
            let answer = try await ask(
                "PUT", key(name), [("partNumber", String(number)), ("uploadId", upload)], part)
            guard let tag = answer.header("ETag") else { throw Self.malformed }
            list += "<Part><PartNumber>\(number)</PartNumber><ETag>\(ObjectText.escaped(tag))</ETag></Part>"
            if !parts.hasMore { break }
            part = try await parts.next()
            number += 1
        }
        let body = "<CompleteMultipartUpload>\(list)</CompleteMultipartUpload>"
        let done = try await ask("POST", key(name), [("uploadId", upload)], Array(body.utf8))
        // This answer may hold an error in spite of its status.
        guard !ObjectText.values(of: "ETag", in: done.body).isEmpty else { throw Self.malformed }
    }

    func names() async throws(SnapshotFailure) -> [String] {
        var found: [String] = []
        var after = ""
        while true {
            var query = [("list-type", "2"), ("prefix", key(plan.filePrefix + "-"))]
            if !after.isEmpty { query.append(("start-after", after)) }
            let answer = try await ask("GET", "", query)
            let keys = ObjectText.values(of: "Key", in: answer.body)
            found += keys.map { String($0.split(separator: "/").last ?? "") }.filter { plan.made($0) }
            guard ObjectText.values(of: "IsTruncated", in: answer.body) == ["true"], let last = keys.last else { break }
            after = last
        }
        return found.sorted()
    }

    func read(_ name: String) async throws(SnapshotFailure) -> ByteStream? { nil }

    func remove(_ name: String) async throws(SnapshotFailure) { _ = try await ask("DELETE", key(name)) }

    private var encryption: [(name: String, value: String)] {
        if plan.usesKMS {
            let key = plan.kmsKey.isEmpty ? [] : [("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", plan.kmsKey)]
            return [("X-Amz-Server-Side-Encryption", "aws:kms")] + key
        }
        return plan.encryptsServerSide ? [("X-Amz-Server-Side-Encryption", "AES256")] : []
    }

    private func ask(
        _ method: String, _ key: String, _ query: [(name: String, value: String)] = [], _ body: [UInt8] = [],
        _ headers: [(name: String, value: String)] = []
    ) async throws(SnapshotFailure) -> HTTPAnswer {
        var request = AWSSignature.Request(
            method, path: root + AWSSignature.encoded(key, keeping: "/"),
            headers: headers + [("X-Amz-Content-Sha256", Hex.encode(SHA256.hash(body)))])
        request.query = query
        request.body = body
        let answer: HTTPAnswer
        do throws(HTTPFailure) {
            answer = try await service.call(request, timeout: Self.timeout)
        } catch {
            throw SnapshotFailure("the object storage: \(error.text)")
        }
        guard (200..<300).contains(answer.status) else {
            let code = ObjectText.values(of: "Code", in: answer.body).first.map { ObjectText.word($0) } ?? ""
            throw SnapshotFailure("the object storage answered with status \(answer.status) \(code)")
        }
        return answer
    }

    private static let malformed = SnapshotFailure("the object storage gave no usable answer")
}
