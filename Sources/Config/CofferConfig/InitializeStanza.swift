internal import CofferJSON
internal import HCL

/// `initialize "NAME" { request "NAME" { … } keys { … } }`, as OpenBao has it but for `keys`.
enum InitializeStanza {
    private static let operations: Set = ["create", "read", "update", "patch", "delete", "list"]

    /// Adds what one block says.
    static func read(
        _ block: HCLBlock, into settings: inout InitializeSettings, _ reader: inout StanzaReader
    ) throws(HCLError) {
        let stanza = try name(block)
        for item in block.body.items where item.name != "request" && item.name != "keys" {
            throw HCLError("an initialize stanza holds request and keys blocks only", at: item.position)
        }
        if !block.body.items(named: "keys").isEmpty {
            guard let blocks = block.body.blocks(named: "keys", labels: 0), blocks.count == 1, settings.keys == nil
            else {
                throw HCLError("expected keys { … }, once", at: block.position)
            }
            settings.keys = try keys(blocks[0], &reader)
        }
        guard let requests = block.body.blocks(named: "request", labels: 1) else {
            throw HCLError("expected request \"NAME\" { … }", at: block.position)
        }
        for request in requests {
            let full = stanza + "/" + (try name(request))
            guard !settings.requests.contains(where: { $0.name == full }) else {
                throw HCLError("two requests of this stanza have the same name", at: request.position)
            }
            settings.requests.append(try self.request(request, full, &reader))
        }
    }

    /// The label: letters, digits, `_` and `-`, and no digit first.
    static func name(_ block: HCLBlock) throws(HCLError) -> String {
        guard let name = block.labels.first, let first = name.utf8.first,
            first == UInt8(ascii: "_") || (first | 0x20) >= UInt8(ascii: "a") && (first | 0x20) <= UInt8(ascii: "z"),
            name.utf8.allSatisfy({ byte in
                byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || (48...57).contains(byte)
                    || (97...122).contains(byte | 0x20)
            })
        else { throw HCLError("expected a name of letters, digits, _ and -", at: block.position) }
        return name
    }

    private static func request(
        _ block: HCLBlock, _ name: String, _ reader: inout StanzaReader
    ) throws(HCLError) -> InitializeSettings.Request {
        var request = InitializeSettings.Request(name: name)
        try reader.read(block.body, into: &request, settings: requestSettings, stanza: "request")
        guard operations.contains(request.operation) else {
            throw HCLError("'operation' must be create, read, update, patch, delete or list", at: block.position)
        }
        guard !request.path.isEmpty, !request.path.hasPrefix("/") else {
            throw HCLError("'path' must be set, without a slash in front", at: block.position)
        }
        return request
    }

    private static let requestSettings: [String: Setting<InitializeSettings.Request>] = [
        "operation": .take { (value, request) throws(HCLError) in request.operation = try value.text() },
        "path": .take { (value, request) throws(HCLError) in request.path = try value.text() },
        "token": .take { (value, request) throws(HCLError) in request.token = value.value.json },
        "allow_failure": .take { (value, request) throws(HCLError) in request.allowsFailure = try value.flag() },
        "data": .take { (value, request) throws(HCLError) in
            guard let data = value.value.json.objectValue else {
                throw HCLError("expected data = { … }", at: value.position)
            }
            request.data = data
        },
    ]

    private static func keys(
        _ block: HCLBlock, _ reader: inout StanzaReader
    ) throws(HCLError) -> InitializeSettings.Keys {
        var keys = InitializeSettings.Keys()
        try reader.read(block.body, into: &keys, settings: keySettings, stanza: "keys")
        guard keys.folder.hasPrefix("/") else {
            throw HCLError("'folder' must be the absolute path of an existing folder", at: block.position)
        }
        guard (1...255).contains(keys.shares), (1...keys.shares).contains(keys.threshold),
            keys.shares == 1 || keys.threshold > 1
        else { throw HCLError("'shares' and 'threshold' are impossible counts", at: block.position) }
        guard keys.pgpKeyFiles.isEmpty || keys.pgpKeyFiles.count == keys.shares else {
            throw HCLError("'pgp_keys' must name one file for each share", at: block.position)
        }
        return keys
    }

    private static let keySettings: [String: Setting<InitializeSettings.Keys>] = [
        "shares": .take { (value, keys) throws(HCLError) in keys.shares = try value.integer() },
        "threshold": .take { (value, keys) throws(HCLError) in keys.threshold = try value.integer() },
        "folder": .take { (value, keys) throws(HCLError) in keys.folder = try value.text() },
        "pgp_keys": .take { (value, keys) throws(HCLError) in keys.pgpKeyFiles = try value.texts() },
        "keep_root_token": .take { (value, keys) throws(HCLError) in keys.keepsRootToken = try value.flag() },
        "root_token_pgp_key": .take { (value, keys) throws(HCLError) in
            keys.rootTokenPGPKeyFile = try value.text()
            keys.keepsRootToken = true
        },
    ]
}

extension HCLValue {
    /// The same value as JSON; an object that stands in a list of one, as HCL 1 writes nested blocks, is that object.
    var json: JSON {
        switch self {
        case .string(let text): return .string(text)
        case .bool(let flag): return .bool(flag)
        case .number(let text):
            if let number = intValue { return .int(number) }
            return (try? JSON.parse(Array(text.utf8))) ?? .string(text)
        case .list(let values): return .array(values.map(\.json))
        case .object(let body):
            var object = JSONObject()
            for item in body.items {
                var value = item.value.json
                for key in item.keys.dropFirst().reversed() {
                    var outer = JSONObject()
                    outer[key] = value
                    value = .object(outer)
                }
                object[item.name] = value
            }
            return .object(object)
        }
    }
}
