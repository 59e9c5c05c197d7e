/// The paths of an engine, ready to find the one a request means.
package struct PathTable: Sendable {
    package let paths: [Path]
    /// What matches share: a path is dear to copy, and a property of one is read where it lies.
    private let places: [Place]
    private let byFirstWord: [String: [Int]]
    private let withoutFirstWord: [Int]

    package init(_ paths: [Path]) {
        self.paths = paths
        places = paths.map(Place.init)
        var byFirstWord: [String: [Int]] = [:]
        var open: [Int] = []
        for (index, path) in paths.enumerated() {
            if let word = path.pattern.firstLiteral {
                byFirstWord[word, default: []].append(index)
            } else {
                open.append(index)
            }
        }
        self.byFirstWord = byFirstWord
        withoutFirstWord = open
    }

    package final class Place: Sendable {
        package let path: Path

        init(_ path: Path) { self.path = path }
    }

    /// A class: every request hands it around, with all that its path says.
    package final class Match: Sendable {
        package let place: Place
        package let verb: Verb
        package let captures: [Call.Capture]

        package convenience init(path: Path, verb: Verb, captures: [Call.Capture]) {
            self.init(Place(path), verb, captures)
        }

        init(_ place: Place, _ verb: Verb, _ captures: [Call.Capture]) {
            self.place = place
            self.verb = verb
            self.captures = captures
        }
    }

    /// The first declared path that has the shape and the operation.
    /// - Throws: `unsupportedPath` when no shape fits, `unsupportedOperation` when only the operation is missing.
    package func match(_ path: String, _ operation: Operation) throws(EngineError) -> Match {
        var hasShape = false
        let segments = PathPattern.segments(path)
        for index in candidates(for: segments) {
            let candidate = places[index]
            if hasShape && candidate.path.traits.isFallback { break }
            guard let captures = candidate.path.pattern.match(segments) else { continue }
            if let verb = Path.verb(for: operation, among: candidate.path.verbs) {
                return Match(candidate, verb, captures)
            }
            hasShape = true
        }
        throw hasShape ? .unsupportedOperation : .unsupportedPath
    }

    /// The first path with this shape, whatever its operations (for help).
    package func path(matching path: String) -> Path? {
        let segments = PathPattern.segments(path)
        return candidates(for: segments).first { paths[$0].pattern.match(segments) != nil }.map { paths[$0] }
    }

    /// Indices in order of declaration.
    private func candidates(for segments: [Substring]) -> [Int] {
        let named = segments.first.flatMap { byFirstWord[String($0)] } ?? []
        if withoutFirstWord.isEmpty { return named }
        if named.isEmpty { return withoutFirstWord }
        return (named + withoutFirstWord).sorted()
    }
}
