internal import CofferFramework
internal import CofferJSON

/// `sys/experiments` and `sys/activation-flags`: there are none of either.
struct FeaturePaths {
    var paths: [Path] {
        [
            Path(
                "experiments", "Experiments of this server.",
                [
                    Verb(.read, "list-experimental-features", "List the experiments.") { _ in
                        .data(["available": [], "enabled": []])
                    }
                ]),
            Path(
                "activation-flags", "Features that are activated once and for all.",
                [
                    Verb(.read, "read-activation-flags", "List the activation flags.") { _ in
                        .data(["activated": [], "unactivated": []])
                    }
                ]),
            Path(
                "activation-flags/:feature/activate", "Activate a feature.",
                captures: ["feature": "Name of the feature."],
                [
                    Verb(.update, "activate-feature", "Activate a feature.") { _ in
                        throw EngineError.badRequest("there is no such feature to activate")
                    }
                ]),
        ]
    }
}
