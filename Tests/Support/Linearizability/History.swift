internal import CofferJSON

/// What clients did and were told, register by register.
package struct History: Sendable {
    package private(set) var calls: [String: [RegisterCall]] = [:]

    package init() {}

    package struct Unreadable: Error {
        package let line: String
    }

    /// Takes a line of a history file. `expecting` is left out of a write in any case, and `end` where no answer came.
    ///
    ///     {"key":"r1","call":"read","start":5,"end":9,"version":2,"value":"c"}
    ///     {"key":"r1","call":"write","value":"d","expecting":2,"start":5,"end":9,"version":3}
    ///     {"key":"r1","call":"write","value":"d","expecting":1,"start":5,"end":9,"refused":true}
    ///     {"key":"r1","call":"write","value":"d","expecting":1,"start":5}
    package mutating func add(line: String) throws(Unreadable) {
        guard let object = try? JSON.parseObject(Array(line.utf8)), let key = object["key"]?.stringValue,
            let call = RegisterCall(object)
        else { throw Unreadable(line: line) }
        calls[key, default: []].append(call)
    }
}

extension RegisterCall {
    init?(_ object: JSONObject) {
        guard let start = object["start"]?.intValue else { return nil }
        let end = object["end"]?.intValue
        let version = object["version"]?.intValue.map { Int($0) }
        let value = object["value"]?.stringValue
        switch object["call"]?.stringValue {
        case "read":
            guard let end, let version else { return nil }
            self.init(.read, .read(RegisterState(version: version, value: value)), from: start, to: end)
        case "write":
            guard let value else { return nil }
            let request = Request.write(value, expecting: object["expecting"]?.intValue.map { Int($0) })
            guard let end else {
                self.init(request, .unknown, from: start)
                return
            }
            if object["refused"]?.boolValue == true {
                self.init(request, .refused, from: start, to: end)
            } else if let version {
                self.init(request, .written(version), from: start, to: end)
            } else {
                return nil
            }
        default: return nil
        }
    }
}
