internal import CofferClient
internal import CofferJSON
internal import GoFlags

/// Data from arguments: `k=v`, `k=@file`, `k=-`, `@file.json`, `-`.
struct KeyValueInput {
    private(set) var values = JSONObject()
    private var inputIsUsed = false
    private let input: () -> [UInt8]

    /// A malformed argument; never holds what was typed as a value.
    struct Malformed: Error, CustomStringConvertible { let description: String }

    init(_ arguments: [String], input: @escaping () -> [UInt8]) throws(Malformed) {
        self.input = input
        for argument in arguments where !argument.isEmpty { try add(argument) }
    }

    private mutating func add(_ argument: String) throws(Malformed) {
        guard let equals = argument.firstIndex(of: "=") else {
            if argument == "-" { return try merge(try wholeInput(argument), named: argument) }
            guard argument.hasPrefix("@") else {
                // What stands there may well be a value whose key was forgotten.
                throw Malformed(description: "invalid key/value pair: format must be key=value")
            }
            return try merge(try file(argument.dropFirst(), named: argument), named: argument)
        }
        let key = String(argument[..<equals])
        let text = argument[argument.index(after: equals)...]
        if text.hasPrefix("@") {
            return put(key, try String(decoding: file(text.dropFirst(), named: argument), as: UTF8.self))
        }
        if text.hasPrefix("\\@") { return put(key, String(text.dropFirst())) }
        if text == "-" { return put(key, try String(decoding: wholeInput(argument), as: UTF8.self)) }
        put(key, String(text))
    }

    /// A repeated key makes a list.
    private mutating func put(_ key: String, _ text: String) {
        switch values[key] {
        case nil: values.append(key, .string(text))
        case .array(let items)?: values[key] = .array(items + [.string(text)])
        case let single?: values[key] = .array([single, .string(text)])
        }
    }

    private mutating func merge(_ bytes: [UInt8], named argument: String) throws(Malformed) {
        do {
            for member in try JSON.parseObject(bytes, limits: .trusted).members { values[member.key] = member.value }
        } catch {
            throw malformed(argument, "invalid JSON: \(error)")
        }
    }

    private mutating func wholeInput(_ argument: String) throws(Malformed) -> [UInt8] {
        if inputIsUsed { throw malformed(argument, "stdin already consumed") }
        inputIsUsed = true
        return input()
    }

    private func file(_ path: Substring, named argument: String) throws(Malformed) -> [UInt8] {
        do {
            return try LocalFile.read(String(path))
        } catch {
            throw malformed(argument, argument.contains("=") ? "error reading file: \(error)" : "\(error)")
        }
    }

    private func malformed(_ argument: String, _ reason: String) -> Malformed {
        Malformed(description: "invalid key/value pair \(goQuoted(argument)): \(reason)")
    }
}

extension KeyValueInput {
    /// The values as texts; nil when one is a list or an object.
    var texts: [(key: String, value: String)]? {
        var texts: [(key: String, value: String)] = []
        for member in values.members {
            guard let text = Self.text(member.value) else { return nil }
            texts.append((member.key, text))
        }
        return texts
    }

    /// The values as query parameters: a list gives one for each element.
    var parameters: [(name: String, value: String)] {
        values.members.flatMap { member in
            (member.value.arrayValue ?? [member.value]).map { (member.key, Self.text($0) ?? $0.text) }
        }
    }

    private static func text(_ value: JSON) -> String? {
        switch value {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let flag): flag ? "1" : "0"
        case .null: ""
        case .array, .object: nil
        }
    }
}

extension Invocation {
    /// The data in the arguments after the first `skipped`.
    /// - Throws: `CommandFailure` with status 1.
    func data(after skipped: Int, failure: String = "Failed to parse K=V data") throws -> KeyValueInput {
        do {
            return try KeyValueInput(Array(arguments.dropFirst(skipped)), input: { standardInput() })
        } catch {
            throw CommandFailure.local("\(failure): \(error)")
        }
    }
}
