/// A parser of bytes from outside, and what must hold whatever the bytes are: a broken rule ends the process.
package struct FuzzTarget: Sendable {
    package let name: String
    package let check: @Sendable ([UInt8]) -> Void

    init(_ name: String, _ check: @escaping @Sendable ([UInt8]) -> Void) {
        self.name = name
        self.check = check
    }

    /// Each has a folder of first inputs under `Corpus`.
    package static let all: [FuzzTarget] = [
        json, hcl, http1, http2, path, query, times, globs, fields, policy, passwordPolicy, identityTemplate,
        configuration, template, sql, connectionURL, redis, pgp, jose, webKeys, der, snapshot, barrier, sealRecords,
        shares, ciphertext, backup, otpauth, secondFactors, auditFilter, linearPattern, httpAnswer, objectText,
        httpAddress, batchTokens, encodings, proxyHeader, protobuf, etcd,
    ]
}

/// A text and what follows its first line feed.
func halves(_ input: [UInt8]) -> (String, String) {
    let parts = input.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
    return (String(decoding: parts[0], as: UTF8.self), parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : "")
}

/// `valid` changed as the input says: places of two bytes with a value each, and perhaps a cut.
func changed(_ valid: [UInt8], by input: [UInt8]) -> [UInt8] {
    var bytes = valid
    var rest = input[...]
    while rest.count >= 3, !bytes.isEmpty {
        let place = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
        let value = rest.removeFirst()
        if place < bytes.count {
            bytes[place] = value
        } else if value == 0 {
            bytes.removeLast(place % bytes.count)
        } else {
            bytes.append(value)
        }
    }
    return bytes
}
