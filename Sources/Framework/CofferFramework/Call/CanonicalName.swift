/// The one form of a name: of an entity, an alias, a group, a user.
///
/// Made once, before any decision, so that counting, matching and storing see the same text. Case and
/// spaces at the ends never make a second name. What could pass for another name is refused rather
/// than mended (CVE-2025-6004, CVE-2025-6013): wide and non-breaking spaces, full-width letters,
/// invisible characters, letters with separate accents, and words that mix Latin, Greek and Cyrillic.
package struct CanonicalName: Hashable, Sendable {
    /// In lower case: what is compared and what storage keys are made of.
    package let text: String
    /// As it was written, without spaces at its ends: what is shown.
    package let shown: String

    package enum Refusal: Error, Sendable, Equatable { case empty, tooLong, ambiguous }

    /// Longest name, in bytes.
    package static let maximumLength = 512

    package init(_ name: some StringProtocol) throws(Refusal) {
        let shown = Self.trimmed(name)
        guard !shown.isEmpty else { throw .empty }
        guard shown.utf8.count <= Self.maximumLength else { throw .tooLong }
        let folded: String
        if Self.isPlain(shown) {
            folded = shown.lowercased()
        } else {
            guard let text = Self.folded(shown) else { throw .ambiguous }
            folded = text
        }
        self.shown = shown
        self.text = folded
    }

    package static func == (left: CanonicalName, right: CanonicalName) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Nothing but printable ASCII, which is most names.
    private static func isPlain(_ name: String) -> Bool {
        let bytes = name.utf8.span
        for index in bytes.indices where bytes[index] < 0x20 || bytes[index] > 0x7e { return false }
        return true
    }

    private static func trimmed(_ name: some StringProtocol) -> String {
        let name = String(name)
        if name.utf8.first != 0x20 && name.utf8.last != 0x20 { return name }
        var bytes = Array(name.utf8)[...]
        while bytes.first == 0x20 { bytes.removeFirst() }
        while bytes.last == 0x20 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// In lower case; nil for what could be read as another name.
    private static func folded(_ name: String) -> String? {
        var folded = String.UnicodeScalarView()
        for scalar in name.lowercased().unicodeScalars {
            switch scalar {
            case "\u{df}": folded.append(contentsOf: "ss".unicodeScalars)
            case "\u{3c2}": folded.append("\u{3c3}")
            default:
                guard isDistinct(scalar) else { return nil }
                folded.append(scalar)
            }
        }
        return mixesScripts(folded) ? nil : String(folded)
    }

    /// False for a scalar that has another, plainer spelling, or none that can be seen.
    private static func isDistinct(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return false
        case .spaceSeparator: return scalar == " "
        default: break
        }
        if properties.changesWhenNFKCCaseFolded { return false }
        // Accents come joined to their letter; marks that are part of a script's own spelling stay.
        let mark = properties.canonicalCombiningClass.rawValue
        if mark >= 200 || mark == 1 || mark == 8 { return false }
        return !(0x1161...0x11ff).contains(scalar.value)
    }

    /// True when one word has letters of two of the scripts whose letters look alike.
    private static func mixesScripts(_ text: String.UnicodeScalarView) -> Bool {
        var script: Script?
        for scalar in text {
            guard scalar.properties.isAlphabetic else {
                script = nil
                continue
            }
            guard let next = Script(scalar) else { continue }
            if let script, script != next { return true }
            script = next
        }
        return false
    }

    private enum Script {
        case latin, greek, cyrillic

        init?(_ scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0x41...0x7a, 0xc0...0x24f, 0x1e00...0x1eff: self = .latin
            case 0x370...0x3ff, 0x1f00...0x1fff: self = .greek
            case 0x400...0x52f: self = .cyrillic
            default: return nil
            }
        }
    }
}

extension CanonicalName {
    /// The same for a name that came with a request.
    /// - Parameter what: whose name it is, for the error, which never shows the name: `entity name`.
    package init(_ name: some StringProtocol, of what: String) throws(EngineError) {
        do throws(Refusal) {
            try self.init(name)
        } catch .empty {
            throw .badRequest("missing \(what)")
        } catch .tooLong {
            throw .badRequest("the \(what) is longer than \(Self.maximumLength) bytes")
        } catch {
            throw .badRequest("the \(what) has characters that could be taken for others")
        }
    }
}
