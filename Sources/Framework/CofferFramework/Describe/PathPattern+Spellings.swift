extension PathPattern {
    /// One concrete spelling of a pattern: OpenAPI knows neither optional tails nor choices.
    struct Spelling: Sendable, Equatable {
        /// `role/{role_name}/secret-id`
        var path = ""
        var captures: [String] = []
        /// Keeps operation ids of one verb apart; empty for the shortest form.
        var idSuffix = ""
    }

    /// The OpenAPI spellings of every form and choice, longest form first.
    var openAPISpellings: [Spelling] {
        let common = forms.last?.count ?? 0
        return forms.flatMap { pieces in
            var spellings = [Spelling()]
            for (index, piece) in pieces.enumerated() {
                spellings = spellings.flatMap { $0.extended(by: piece, isInTail: index >= common) }
            }
            return spellings
        }
    }

    /// A path of each form, for checks; its parts are no words that an engine would declare.
    package var examples: [String] {
        forms.map { pieces in
            pieces.map { piece in
                switch piece {
                case .literal(let word): word
                case .choice(let words): words.first ?? ""
                case .name(let name, let allowsAt): name + (allowsAt ? "0@0" : "0")
                case .rest(let name): "\(name)0/\(name)1"
                }
            }.joined(separator: "/")
        }
    }
}

extension PathPattern.Spelling {
    fileprivate func extended(by piece: PathPattern.Piece, isInTail: Bool) -> [Self] {
        switch piece {
        case .literal(let word): [adding(word, suffix: isInTail ? word.dashed : "")]
        case .name(let name, _), .rest(let name):
            [adding("{\(name)}", capture: name, suffix: isInTail ? "with-\(name.dashed)" : "")]
        case .choice(let words):
            words.enumerated().map { adding($1, suffix: $0 == 0 ? "" : $1.dashed) }
        }
    }

    private func adding(_ part: String, capture: String? = nil, suffix: String = "") -> Self {
        var longer = self
        longer.path += (path.isEmpty ? "" : "/") + part
        if let capture { longer.captures.append(capture) }
        if !suffix.isEmpty { longer.idSuffix += (idSuffix.isEmpty ? "" : "-") + suffix }
        return longer
    }
}

extension String {
    fileprivate var dashed: String { String(map { $0 == "_" ? "-" : $0 }) }
}
