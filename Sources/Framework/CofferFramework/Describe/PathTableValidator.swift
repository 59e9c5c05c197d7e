/// Checks what the compiler cannot: the mistakes that one declaration makes in all its readers.
package enum PathTableValidator {
    /// One sentence for each mistake; empty for a sound table.
    package static func findings(in table: PathTable, named name: String) -> [String] {
        var findings: [String] = []
        var patterns: Set<String> = []
        var ids: Set<String> = []
        for path in table.paths {
            let source = path.pattern.source
            let place = "\(name): \(source)"
            if !patterns.insert(source).inserted { findings.append("\(place) is declared twice") }
            if path.synopsis.isEmpty { findings.append("\(place) has no synopsis") }
            findings += captureFindings(path, place)
            for verb in path.verbs {
                if !ids.insert(verb.id).inserted {
                    findings.append("\(name): the operation id \(verb.id) is used twice")
                }
                findings += fieldFindings(verb, path, place)
            }
            findings += shadowed(path, by: table, place)
        }
        return findings
    }

    private static func captureFindings(_ path: Path, _ place: String) -> [String] {
        var findings: [String] = []
        var names: Set<String> = []
        for capture in path.captures {
            if capture.help.isEmpty { findings.append("\(place) has no help for its capture \(capture.name)") }
            if !names.insert(capture.name).inserted { findings.append("\(place) captures \(capture.name) twice") }
        }
        return findings
    }

    private static func fieldFindings(_ verb: Verb, _ path: Path, _ place: String) -> [String] {
        var findings: [String] = []
        for field in verb.input {
            if field.help.isEmpty { findings.append("\(place) has no help for its field \(field.name)") }
            if path.captures.contains(where: { $0.name == field.name }) {
                findings.append("\(place) has a field named like its capture \(field.name)")
            }
        }
        return findings
    }

    /// A path whose example an earlier path answers with the same operation can never be reached.
    private static func shadowed(_ path: Path, by table: PathTable, _ place: String) -> [String] {
        if path.traits.isFallback { return [] }
        var findings: [String] = []
        for verb in path.verbs {
            for example in path.pattern.examples {
                guard let match = try? table.match(example, verb.operation), match.place.path.pattern != path.pattern
                else { continue }
                findings.append("\(place) \(verb.operation) is shadowed by \(match.place.path.pattern.source)")
            }
        }
        return findings
    }
}
