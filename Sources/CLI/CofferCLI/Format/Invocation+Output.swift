internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension Invocation {
    /// An answer in the wanted form.
    func show(_ secret: Secret) throws -> Int32 {
        switch format {
        case .table:
            warnOfWarnings(secret)
            let rows = SecretTable.rows(secret)
            if !rows.isEmpty { say(TextTable.table(header: SecretTable.header, rows: rows)) }
        case .json, .yaml, .pretty, .raw: try showText(secret.json)
        }
        return 0
    }

    /// Values without an envelope in the wanted form; `table` takes an object or a list of texts.
    func show(_ data: JSON) throws -> Int32 {
        guard format == .table else {
            try showText(data)
            return 0
        }
        switch data {
        case .object(let object):
            let rows = SecretTable.rows(object)
            if !rows.isEmpty { say(TextTable.table(header: SecretTable.header, rows: rows)) }
        case .array(let items):
            let texts = items.compactMap(\.stringValue)
            if let first = texts.first { say(TextTable.table(header: [first], rows: texts.dropFirst().map { [$0] })) }
        default: throw CommandFailure.local("Could not parse output: cannot use the table formatter for this type")
        }
        return 0
    }

    /// JSON or YAML text; object members stand in the order in which they come.
    private func showText(_ data: JSON) throws {
        switch format {
        case .yaml:
            var text = YAMLText.document(data)
            while text.hasSuffix("\n") { text.removeLast() }
            say(text)
        case .json, .table: say(data.prettyText())
        case .pretty:
            throw CommandFailure.local("Could not parse output: cannot use the pretty formatter for this type")
        case .raw:
            throw CommandFailure.local(
                "Could not parse output: This command does not support the -format=raw option; only `vault read` does.")
        }
    }

    /// The warnings of an answer on standard error.
    func warnOfWarnings(_ secret: Secret) {
        guard !secret.warnings.isEmpty else { return }
        warn("WARNING! The following warnings were returned from Vault:\n")
        for warning in secret.warnings {
            warn(wrapText("* " + warning, indent: 2))
            warn("")
        }
    }

    /// The keys of an answer to a list.
    func showKeys(_ secret: Secret) throws -> Int32 {
        guard format == .table else {
            try showText(isDetailed && format == .json ? secret.json : .array(secret.keys ?? []))
            return 0
        }
        warnOfWarnings(secret)
        let keys = (secret.keys ?? []).compactMap(\.stringValue).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        if keys.isEmpty { return 0 }
        let known = isDetailed ? secret.data?["key_info"]?.objectValue : nil
        let names = Set(keys.flatMap { known?[$0]?.objectValue?.keys ?? [] }).sorted()
        let rows = keys.map { key in
            let info = known?[key]?.objectValue
            return [key] + names.map { name in info?[name].map { GoText.value($0, named: name) } ?? "n/a" }
        }
        say(TextTable.table(header: ["Keys"] + names, rows: rows))
        return 0
    }

    /// The field named by `-field`; nil without that flag.
    func showField(of secret: Secret) throws -> Int32? {
        let name = flags.string("field")
        return name.isEmpty ? nil : try show(field: name, SecretField.value(name, of: secret))
    }

    /// One value, bare.
    func show(field name: String, _ value: JSON?) throws -> Int32 {
        guard let value, !value.isNull else {
            throw CommandFailure.local("Field \(goQuoted(name)) not present in secret")
        }
        switch format {
        case .table, .raw: sayBare(GoText.value(value))
        case .json: sayBare(value.sortedDeeply.prettyText())
        case .yaml: sayBare(YAMLText.document(value))
        case .pretty: sayBare("")
        }
        return 0
    }
}
