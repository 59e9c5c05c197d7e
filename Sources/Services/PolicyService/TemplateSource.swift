/// What came of filling the template of a rule.
package enum TemplateOutcome: Sendable, Equatable {
    case filled(String)
    /// The caller has no such value.
    case missing
    /// The value must not stand in a path: nothing is allowed to a caller with such a rule.
    case refused
}

/// Where the values for templates come from: the identity of one caller at one moment.
package struct TemplateSource: Sendable {
    /// Different for every identity and every change of one.
    let stamp: UInt64
    let fill: @Sendable (String) -> TemplateOutcome

    package init(stamp: UInt64, fill: @escaping @Sendable (String) -> TemplateOutcome) {
        self.stamp = stamp
        self.fill = fill
    }
}
