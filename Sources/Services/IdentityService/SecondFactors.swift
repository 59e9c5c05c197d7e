/// What a caller offers as second factors: codes by the id or name of their method.
package struct SecondFactors: Sendable {
    package var passcodes: [String: String]

    package init(_ passcodes: [String: String]) { self.passcodes = passcodes }

    /// The header of a login: `method[:passcode]`, several with commas between them.
    package init(header: String?) {
        passcodes = [:]
        for part in (header ?? "").split(separator: ",") {
            let sides = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            var name = sides[0]
            while name.first == " " { name.removeFirst() }
            while name.last == " " { name.removeLast() }
            if !name.isEmpty { passcodes[String(name)] = sides.count > 1 ? String(sides[1]) : "" }
        }
    }

    package var isEmpty: Bool { passcodes.isEmpty }
}
