internal import CofferBase
internal import CofferConfig
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import Logging

/// The requests of the `initialize` stanzas, made one after the other through the whole pipeline.
struct InitialRequests: Sendable {
    let settings: InitializeSettings
    let core: Core
    let log: Logger
    let environment: [String: String]

    /// Makes the requests that are still to be made; none when the storage has no note of them.
    func run() async {
        do {
            guard let first = try await core.initialRequests() else { return }
            let token = try await core.beginInitialRequests()
            for (index, request) in settings.requests.enumerated().dropFirst(first) {
                // The one that was under way when the server ended may have been made.
                try await make(request, token, mayHaveBeenMade: index == first && first > 0)
                try await core.noteInitialRequests(next: index + 1)
            }
            try await core.endInitialRequests(token)
            log.info("the requests of the configuration's initialize stanzas were made")
        } catch {
            log.error(
                "an initialize stanza could not be carried out; the rest is tried again when the server is next unsealed",
                metadata: ["reason": .string("\(error)")])
        }
    }

    private func make(
        _ request: InitializeSettings.Request, _ root: String, mayHaveBeenMade: Bool
    ) async throws {
        let values = StanzaReferences(environment: environment)
        let path: CanonicalPath
        do throws(CanonicalPath.Refusal) {
            path = try CanonicalPath(rawPath: request.path)
        } catch {
            throw ConfigurationError("\(request.name): the path is malformed")
        }
        let origin = Origin(remoteAddress: "", remotePort: 0)
        var incoming = IncomingRequest(method: Self.method(request.operation), path: path, origin: origin)
        incoming.token = try request.token.map { try values.text($0, of: request.name) } ?? root
        if request.operation == "patch" { incoming.bodyKind = .mergePatch }
        let body = try values.resolved(.object(request.data), of: request.name).serialized()
        incoming.readBody = { () throws(IncomingRequest.BodyFailure) in body }
        let answer = await core.serve(incoming)
        guard case .failure(let failure) = answer.content else { return }
        let reason = failure.texts.joined(separator: "; ")
        if request.allowsFailure || mayHaveBeenMade {
            log.warning("a request of an initialize stanza failed", metadata: ["request": .string(request.name)])
            return
        }
        throw ConfigurationError("\(request.name): \(reason.isEmpty ? "not found" : reason)")
    }

    private static func method(_ operation: String) -> IncomingRequest.Method {
        switch operation {
        case "read": .get
        case "list": .list
        case "delete": .delete
        case "patch": .patch
        default: .post
        }
    }
}

/// Values that a stanza takes from elsewhere: `{ eval_source = "env", env_var = "NAME" }` or
/// `{ eval_source = "file", path = "/…" }`, with `eval_type` string, int or bool.
struct StanzaReferences: Sendable {
    let environment: [String: String]

    func text(_ value: JSON, of name: String) throws(ConfigurationError) -> String {
        guard let text = try resolved(value, of: name).stringValue else {
            throw ConfigurationError("\(name): expected a string")
        }
        return text
    }

    func resolved(_ value: JSON, of name: String) throws(ConfigurationError) -> JSON {
        if let list = value.arrayValue {
            var resolved: [JSON] = []
            for element in list { resolved.append(try self.resolved(element, of: name)) }
            return .array(resolved)
        }
        guard let object = value.objectValue else { return value }
        if let source = object["eval_source"]?.stringValue {
            return try typed(try found(source, object, name), object["eval_type"]?.stringValue ?? "string", name)
        }
        var resolved = JSONObject()
        for member in object.members { resolved[member.key] = try self.resolved(member.value, of: name) }
        return .object(resolved)
    }

    private func found(
        _ source: String, _ object: JSONObject, _ name: String
    ) throws(ConfigurationError) -> String {
        switch source {
        case "env":
            let variable = object["env_var"]?.stringValue ?? ""
            if let value = environment[variable] { return value }
            if object["require_present"]?.boolValue == false { return "" }
            throw ConfigurationError("\(name): the environment has no variable of the name that is asked for")
        case "file":
            let bytes = try ConfigurationFiles.contents(of: object["path"]?.stringValue ?? "")
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw ConfigurationError("\(name): the file is not text")
            }
            return text
        default: throw ConfigurationError("\(name): eval_source must be env or file")
        }
    }

    private func typed(_ text: String, _ type: String, _ name: String) throws(ConfigurationError) -> JSON {
        switch type {
        case "string": return .string(text)
        case "int": if let number = Int64(text) { return .int(number) }
        case "bool": if text == "true" || text == "false" { return .bool(text == "true") }
        default: throw ConfigurationError("\(name): eval_type must be string, int or bool")
        }
        throw ConfigurationError("\(name): the value is no \(type)")
    }
}
