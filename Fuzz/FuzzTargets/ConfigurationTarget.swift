import CofferBase
import CofferConfig
import CofferJSON
import HCL

extension FuzzTarget {
    /// What a configuration says in HCL, it says in JSON.
    static let configuration = FuzzTarget("configuration") { input in
        let native = outcome(input)
        // What a request of an initialisation holds is the operator's own JSON, in which a list of one is a list.
        guard !String(decoding: input, as: UTF8.self).contains("initialize") else { return }
        guard let native, let document = try? HCLDocument.parse(input), let object = json(document.body) else { return }
        guard let copy = outcome(JSON.object(object).serialized()) else { fatalError("the JSON form is refused") }
        for (one, other) in zip(native, copy) where one != other { fatalError("\(one) is in JSON \(other)") }
        precondition(copy.count == native.count, "the JSON form says something else")
    }

    /// All that a file says; nil when it is refused.
    private static func outcome(_ input: [UInt8]) -> [Substring]? {
        var reader = ConfigurationReader()
        guard (try? reader.add(input, file: "fuzz.hcl")) != nil, let read = try? reader.finish(environment: [:]) else {
            return nil
        }
        var text = ""
        dump(read, to: &text)
        return text.split(separator: "\n").filter { !$0.contains("fuzz.hcl") }
    }

    /// Nil for what JSON cannot say: a name that is assigned twice, and numbers that are not decimal.
    private static func json(_ body: HCLBody) -> JSONObject? {
        var groups: [(name: String, items: [HCLItem])] = []
        for item in body.items {
            if let place = groups.firstIndex(where: { $0.name.utf8.elementsEqual(item.name.utf8) }) {
                groups[place].items.append(item)
            } else {
                groups.append((item.name, [item]))
            }
        }
        var object = JSONObject()
        for group in groups {
            guard group.items.count == 1 || !group.items.contains(where: \.isAssignment) else { return nil }
            var values: [JSON] = []
            for item in group.items {
                guard let value = json(item.value) else { return nil }
                values.append(item.keys.dropFirst().reversed().reduce(value) { .object([$1: $0]) })
            }
            object.append(group.name, values.count == 1 ? values[0] : .array(values))
        }
        return object
    }

    private static func json(_ value: HCLValue) -> JSON? {
        switch value {
        case .string(let text): return .string(text)
        case .bool(let flag): return .bool(flag)
        case .number(let text):
            guard let number = try? JSON.parse(text: text), case .number = number else { return nil }
            return number
        case .list(let values):
            let items = values.compactMap(json)
            return items.count == values.count ? .array(items) : nil
        case .object(let body): return json(body).map { .object($0) }
        }
    }
}
