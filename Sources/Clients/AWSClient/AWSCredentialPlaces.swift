internal import CofferBase
internal import CofferJSON
internal import Glibc
internal import HTTPClient

/// Where keys may be found, and how they are asked for.
struct AWSCredentialPlaces: Sendable {
    let environment: [String: String]
    let region: String
    let open: @Sendable (HTTPAddress) -> HTTPSender
    private let files = BlockingPool(threads: 1)

    init(environment: [String: String], region: String, open: @escaping @Sendable (HTTPAddress) -> HTTPSender) {
        self.environment = environment
        self.region = region
        self.open = open
    }

    func find() async throws(AWSCredentialFailure) -> AWSTemporaryCredentials {
        if let found = variables { return found }
        if let found = try await webIdentity() { return found }
        if let found = try await sharedFiles() { return found }
        if let found = try await container() { return found }
        return try await instance()
    }

    private func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private var variables: AWSTemporaryCredentials? {
        guard let key = variable("AWS_ACCESS_KEY_ID"), let secret = variable("AWS_SECRET_ACCESS_KEY") else {
            return nil
        }
        return AWSTemporaryCredentials(
            keys: AWSCredentials(
                accessKey: key, secretKey: secret, sessionToken: variable("AWS_SESSION_TOKEN") ?? ""), expires: nil)
    }

    // MARK: web identity

    private func webIdentity() async throws(AWSCredentialFailure) -> AWSTemporaryCredentials? {
        guard let path = variable("AWS_WEB_IDENTITY_TOKEN_FILE"), let role = variable("AWS_ROLE_ARN") else {
            return nil
        }
        guard let token = await text(of: path), !token.isEmpty else {
            throw AWSCredentialFailure("AWS_WEB_IDENTITY_TOKEN_FILE: the file cannot be read")
        }
        let own = variable("AWS_ENDPOINT_URL_STS").flatMap { HTTPAddress($0) }
        guard let address = own ?? AWSService.standardAddress(service: "sts", region: region) else {
            throw AWSCredentialFailure("the region is no name of a region")
        }
        let fields = [
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", role),
            ("RoleSessionName", variable("AWS_ROLE_SESSION_NAME") ?? "coffer"), ("WebIdentityToken", token),
        ]
        let form = fields.map { "\($0.0)=\(AWSSignature.encoded($0.1))" }.joined(separator: "&")
        let answer = try await ask(
            address,
            HTTPCall(
                "POST", "/", headers: [("Content-Type", "application/x-www-form-urlencoded")], body: Array(form.utf8)),
            "the token service", within: .seconds(15))
        let text = String(decoding: answer, as: UTF8.self)
        guard let key = Self.element("AccessKeyId", of: text), let secret = Self.element("SecretAccessKey", of: text),
            let session = Self.element("SessionToken", of: text)
        else { throw AWSCredentialFailure("the token service gave no keys") }
        return AWSTemporaryCredentials(
            keys: AWSCredentials(accessKey: key, secretKey: secret, sessionToken: session),
            expires: Self.element("Expiration", of: text).flatMap { Timestamp(rfc3339: $0) })
    }

    /// The text of the first element of this name; none that is asked for holds others.
    private static func element(_ name: String, of text: String) -> String? {
        guard let start = text.firstRange(of: "<\(name)>"),
            let end = text[start.upperBound...].firstRange(of: "</\(name)>")
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound])
    }

    // MARK: shared files

    /// Keys that stand in the files themselves; what else a profile may name is not followed.
    private func sharedFiles() async throws(AWSCredentialFailure) -> AWSTemporaryCredentials? {
        let home = variable("HOME").map { $0 + "/.aws/" }
        let profile = variable("AWS_PROFILE") ?? "default"
        let places = [
            (variable("AWS_SHARED_CREDENTIALS_FILE") ?? home.map { $0 + "credentials" }, [profile]),
            (variable("AWS_CONFIG_FILE") ?? home.map { $0 + "config" }, ["profile " + profile, profile]),
        ]
        for (path, sections) in places {
            guard let path, let file = await text(of: path) else { continue }
            for section in sections {
                let values = AWSProfileFile.values(of: section, in: file)
                guard let key = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else {
                    continue
                }
                return AWSTemporaryCredentials(
                    keys: AWSCredentials(
                        accessKey: key, secretKey: secret, sessionToken: values["aws_session_token"] ?? ""),
                    // Who keeps a file of temporary keys writes it anew.
                    expires: nil)
            }
        }
        if variable("AWS_PROFILE") != nil { throw AWSCredentialFailure("AWS_PROFILE names a profile without keys") }
        return nil
    }

    // MARK: container

    private static let containerHosts: Set = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"]

    private func container() async throws(AWSCredentialFailure) -> AWSTemporaryCredentials? {
        let url: String
        if let relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            url = "http://169.254.170.2" + relative
        } else if let full = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            url = full
        } else {
            return nil
        }
        guard let (address, target) = Self.split(url),
            address.isSecure || Self.containerHosts.contains(address.host) || address.host.hasPrefix("127.")
                || ["localhost", "::1"].contains(address.host)
        else { throw AWSCredentialFailure("AWS_CONTAINER_CREDENTIALS_FULL_URI is not an allowed address") }
        var call = HTTPCall("GET", target)
        if let path = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            guard let token = await text(of: path) else {
                throw AWSCredentialFailure("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: the file cannot be read")
            }
            call.headers.append(("Authorization", token))
        } else if let token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN") {
            call.headers.append(("Authorization", token))
        }
        return try Self.keys(in: try await ask(address, call, "the container's credentials", within: .seconds(5)))
    }

    private static func split(_ url: String) -> (HTTPAddress, String)? {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        let slash = url[scheme.upperBound...].firstIndex { $0 == "/" || $0 == "?" } ?? url.endIndex
        guard let address = HTTPAddress(String(url[..<slash])) else { return nil }
        let target = String(url[slash...])
        return (address, target.hasPrefix("/") ? target : "/" + target)
    }

    // MARK: instance

    /// Version 2 of the service: a token first, which no careless proxy passes on.
    private func instance() async throws(AWSCredentialFailure) -> AWSTemporaryCredentials {
        let none = AWSCredentialFailure(
            "no credentials: give access_key and secret_key, or use any of the places where AWS's programs look")
        if variable("AWS_EC2_METADATA_DISABLED")?.lowercased() == "true" { throw none }
        let endpoint = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254"
        guard let address = HTTPAddress(endpoint) else {
            throw AWSCredentialFailure("AWS_EC2_METADATA_SERVICE_ENDPOINT must be a URL of http or https")
        }
        let lifetime = [(name: "X-aws-ec2-metadata-token-ttl-seconds", value: "300")]
        let token: [UInt8]
        do throws(AWSCredentialFailure) {
            token = try await ask(
                address, HTTPCall("PUT", "/latest/api/token", headers: lifetime), "the instance", within: .seconds(2))
        } catch {
            throw none
        }
        let proof = [(name: "X-aws-ec2-metadata-token", value: String(decoding: token, as: UTF8.self))]
        let folder = "/latest/meta-data/iam/security-credentials/"
        let roles = try await ask(
            address, HTTPCall("GET", folder, headers: proof), "the instance's role", within: .seconds(5))
        guard let role = String(decoding: roles, as: UTF8.self).split(whereSeparator: \.isNewline).first else {
            throw AWSCredentialFailure("the instance has no role")
        }
        let call = HTTPCall("GET", folder + AWSSignature.encoded(String(role)), headers: proof)
        return try Self.keys(in: try await ask(address, call, "the instance's credentials", within: .seconds(5)))
    }

    // MARK: shared

    private static func keys(in answer: [UInt8]) throws(AWSCredentialFailure) -> AWSTemporaryCredentials {
        guard let object = try? JSON.parseObject(answer), let key = object["AccessKeyId"]?.stringValue,
            let secret = object["SecretAccessKey"]?.stringValue
        else { throw AWSCredentialFailure("what was answered holds no keys") }
        return AWSTemporaryCredentials(
            keys: AWSCredentials(
                accessKey: key, secretKey: secret, sessionToken: object["Token"]?.stringValue ?? ""),
            expires: object["Expiration"]?.stringValue.flatMap { Timestamp(rfc3339: $0) })
    }

    private func ask(
        _ address: HTTPAddress, _ call: HTTPCall, _ whom: String, within limit: Duration
    ) async throws(AWSCredentialFailure) -> [UInt8] {
        var call = call
        call.timeout = limit
        let answer: HTTPAnswer
        do throws(HTTPFailure) {
            answer = try await open(address)(call)
        } catch {
            throw AWSCredentialFailure("\(whom): \(error.text)")
        }
        guard answer.status == 200 else { throw AWSCredentialFailure("\(whom): status \(answer.status)") }
        return answer.body
    }

    /// Without what surrounds it; nil when it cannot be read.
    private func text(of path: String) async -> String? {
        let bytes = try? await files.run { () -> [UInt8]? in
            let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            return count < 0 ? nil : Array(buffer.prefix(count))
        }
        guard let bytes else { return nil }
        var text = Substring(String(decoding: bytes, as: UTF8.self))
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text.drop(while: \.isWhitespace))
    }
}

/// AWS's shared files: sections in brackets, and `name = value` in lines.
enum AWSProfileFile {
    static func values(of section: String, in text: String) -> [String: String] {
        var values: [String: String] = [:]
        var isInside = false
        for line in text.split(whereSeparator: \.isNewline) {
            let line = trimmed(line)
            if line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
                isInside = trimmed(line[line.index(after: line.startIndex)..<end]) == section
            } else if isInside, let equals = line.firstIndex(of: "=") {
                values[trimmed(line[..<equals]).lowercased()] = String(trimmed(line[line.index(after: equals)...]))
            }
        }
        return values
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
