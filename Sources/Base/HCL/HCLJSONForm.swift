internal import CofferJSON

/// The JSON form: each member is an assignment, objects are bodies.
///
/// `HCLBody.blocks` makes labels of nested objects and repeated blocks of
/// arrays, so both forms read alike. A null is as if the member were absent;
/// in a list, which would mean something else without it, it is refused, as is
/// a key that stands twice in one object.
enum HCLJSONForm {
    static func parse(_ bytes: [UInt8], limits: HCLLimits) throws(HCLError) -> HCLBody {
        let jsonLimits = JSONLimits(
            depth: limits.depth, stringBytes: limits.bytes, objectEntries: limits.bytes, arrayElements: limits.bytes,
            tokens: limits.bytes)
        let object: JSONObject
        do {
            object = try JSON.parseObject(bytes, limits: jsonLimits)
        } catch {
            throw HCLError(error.reasonText, at: position(of: error.offset, in: bytes))
        }
        if let offset = JSONKeyWalk.firstRepetition(in: bytes) {
            throw HCLError("a key is repeated in the same object", at: position(of: offset, in: bytes))
        }
        return try body(object)
    }

    private static func body(_ object: JSONObject) throws(HCLError) -> HCLBody {
        var items: [HCLItem] = []
        for member in object.members {
            guard let value = try value(member.value) else { continue }
            items.append(HCLItem(keys: [member.key], value: value, position: .unknown, isAssignment: true))
        }
        return HCLBody(items: items)
    }

    private static func value(_ json: JSON) throws(HCLError) -> HCLValue? {
        switch json {
        case .null: return nil
        case .bool(let flag): return .bool(flag)
        case .number(let number): return .number(number.text)
        case .string(let text): return .string(text)
        case .array(let values): return .list(try values.map(element))
        case .object(let object): return .object(try body(object))
        }
    }

    private static func element(_ json: JSON) throws(HCLError) -> HCLValue {
        guard let value = try value(json) else { throw HCLError("null in a list", at: .unknown) }
        return value
    }

    private static func position(of offset: Int, in bytes: [UInt8]) -> HCLPosition {
        let before = bytes.prefix(max(offset, 0))
        let line = before.lazy.filter { $0 == 10 }.count + 1
        let start = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
        return HCLPosition(line: line, column: before[start...].lazy.filter { $0 & 0xc0 != 0x80 }.count + 1)
    }
}

extension JSONError {
    fileprivate var reasonText: String {
        switch reason {
        case .syntax: "invalid JSON"
        case .unexpectedEnd: "unexpected end of JSON"
        case .invalidUTF8: "illegal UTF-8 in JSON"
        case .exceeds(let limit): "JSON exceeds the limit \(limit.rawValue)"
        case .notAnObject: "JSON is not an object"
        }
    }
}
