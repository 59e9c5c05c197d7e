package import CofferBase
internal import CofferCrypto
internal import CofferJSON

extension TemplateFunctions {
    /// Vault's functions for names of users that are made on demand, beside those of Go.
    package static func usernames(clock: any WallClock, random: RandomSource) -> TemplateFunctions {
        builtIn.adding(
            TemplateFunctions([
                "random": { .string(try random.base62(try count(try one($0), atLeast: 1))) },
                "truncate": { try truncate($0) },
                "truncate_sha256": { try truncateKeepingHash($0) },
                "uppercase": { .string(try texts($0, 1)[0].uppercased()) },
                "lowercase": { .string(try texts($0, 1)[0].lowercased()) },
                "replace": { arguments in
                    let texts = try texts(arguments, 3)
                    return .string(replaced(texts[0], by: texts[1], in: texts[2]))
                },
                "sha256": { .string(hash(try texts($0, 1)[0])) },
                "base64": { .string(Base64.standard.encode(Array(try texts($0, 1)[0].utf8))) },
                "unix_time": { _ in .string(String(clock.now.seconds)) },
                "unix_time_millis": { _ in .string(String(clock.now.nanoseconds / 1_000_000)) },
                "timestamp": { .string(GoTimeLayout.format(clock.now, as: try texts($0, 1)[0])) },
                "uuid": { _ in .string(try random.uuid()) },
            ]))
    }

    /// No name is longer, so that a template cannot ask for megabytes of randomness.
    private static let longest: Int64 = 1024

    private static func count(_ value: JSON, atLeast minimum: Int64) throws -> Int {
        guard let count = value.intValue, (minimum...longest).contains(count) else {
            throw TemplateFailure("wants a length from \(minimum) to \(longest)")
        }
        return Int(count)
    }

    private static func lengthAndText(_ arguments: [JSON], atLeast minimum: Int64) throws -> (Int, String) {
        guard arguments.count == 2, let text = arguments[1].stringValue else {
            throw TemplateFailure("wants a length and a text")
        }
        return (try count(arguments[0], atLeast: minimum), text)
    }

    private static func truncate(_ arguments: [JSON]) throws -> JSON {
        let (length, text) = try lengthAndText(arguments, atLeast: 1)
        return .string(prefix(text, length))
    }

    /// What is cut off leaves eight digits of the hash of the whole.
    private static func truncateKeepingHash(_ arguments: [JSON]) throws -> JSON {
        let (length, text) = try lengthAndText(arguments, atLeast: 9)
        if text.utf8.count <= length { return .string(text) }
        return .string(prefix(text, length - 8) + hash(text).prefix(8))
    }

    /// At most this many bytes, without half of a character.
    private static func prefix(_ text: String, _ bytes: Int) -> String {
        var (kept, count) = (String.UnicodeScalarView(), 0)
        for scalar in text.unicodeScalars {
            count += String(scalar).utf8.count
            if count > bytes { break }
            kept.append(scalar)
        }
        return String(kept)
    }

    private static func hash(_ text: String) -> String { Hex.encode(SHA256.hash(Array(text.utf8))) }

    private static func replaced(_ old: String, by new: String, in text: String) -> String {
        if old.isEmpty { return text }
        let (wanted, source) = (Array(old.utf8), Array(text.utf8))
        var (result, index): ([UInt8], Int) = ([], 0)
        while index < source.count {
            if source[index...].starts(with: wanted) {
                result += new.utf8
                index += wanted.count
            } else {
                result.append(source[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
