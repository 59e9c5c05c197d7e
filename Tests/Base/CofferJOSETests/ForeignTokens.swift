/// Tokens and keys made by joserfc 1.8, one token for each algorithm.
enum ForeignTokens {
    static let keys: [[String: String]] = [
        [
            "n": "5yzURHCx_ktOiXaTezD4sjC_IbTLnYdtrT68g5WTnkTBqN1fJxLcNSTUTFhJMXblbMyXFirRiow4AmoeJ-leyTPT4V"
                + "_KBNWVNBqDF0ZfvCoASah6uRhRPCMpBfvTHQPbcRZ253dmKp_4qAsbJrh1N2rSwWYWGYNo7Pcq-7ogeY7h_tgfdN4D"
                + "mR-SOeAsSrkOuMGJeJ8VPFhYJ8MLLfssIKCPnK2CuuP8zitFFpYwNFG8hzarGcnTDtGxNWAn9iKaQ9H7QLVsNfstWP"
                + "b3hXrpjQNnbQJ1-K-msBP6pz5g4m-hZIIwYJSefevvb-wHLkOf8-_IO8yaAGKV82kNtZ9B0Q",
            "e": "AQAB",
            "kty": "RSA",
            "kid": "RS",
        ],
        [
            "crv": "P-256",
            "x": "1A9BX2X0QziAmQ07DUxnlYWDce-ZKeWUXq183JVdJ0c",
            "y": "mtjp6SptKqG_yRENWNv2lK0KoI_iqsVbPmJEPu7Etsg",
            "kty": "EC",
            "kid": "P-256",
        ],
        [
            "crv": "P-384",
            "x": "s_2A-jRa6tcSH2t4RuN73EPErSlqDbGQ2JT6Vxe-TdJBtWJu4PL9toxpLT4Ld-Rz",
            "y": "AAEUWGipwJls9dOM4bBwkIwQRb7Wycquux5kpLK9GfkNr0HUBoxnBiM21nKrQ-ux",
            "kty": "EC",
            "kid": "P-384",
        ],
        [
            "crv": "P-521",
            "x": "AB0FafiZua_KGouVEmrAUXurNNHIyad2YN8yB6qU1uAFsw11TqS3d_ornFgA7id2Afw-0UEGPfre7GyG-BiLSf3r",
            "y": "AUgr_wMT29JQB02amPUFVQxKzxQR-g_CFDaDDk3staGK77858IEq0teB4WzNtg6A9rYFEmOD0WrD_D9Cv2XmR4BV",
            "kty": "EC",
            "kid": "P-521",
        ],
        [
            "crv": "Ed25519",
            "x": "SSj220T-JONjpaWNy-WOfOR5zhmNyP6mYI-wvVcZf9A",
            "kty": "OKP",
            "kid": "Ed",
        ],
    ]

    static let tokens: [String: String] = [
        "RS256": "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImtpZCI6IlJTIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcG"
            + "xlIiwic3ViIjoiYm9iIiwiYXVkIjoiYXBwIiwiZXhwIjo0MTAyNDQ0ODAwLCJuIjp7ImRlZXAiOlsxLDJdfX0.cuYQ"
            + "3ityYUDcpQSZ5pxxqiLWfrxDjsdTSiZyh9dZiUMbo47sbFWBmZiGCyxaCX2qH5jXXE8VytxTh7NsF-vSb_i0HpDRgV"
            + "dAac_nbHC9IpO_9ZSEgVZXGg4OLNl7eg7qJBWqAJB18jwDlU8P3YEU6TbpMHul9n5gi6oKygzL4ck_-mLr-2rsB3yk"
            + "QBy2IVoNYb8m-4L29dsiWptAd2StfcH6SRP9nv-xysWviBHb26KddOZsgn-M4drVlN5o79e50XnQ2I062LOR1o5AKL"
            + "CO4dGSGzBdcq3ZM2z1wGoqQzXVlbFqSYttyCaxefetQu_RAeG6qa97PZWorpo4YqKVFQ",
        "RS384": "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzM4NCIsImtpZCI6IlJTIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcG"
            + "xlIiwic3ViIjoiYm9iIiwiYXVkIjoiYXBwIiwiZXhwIjo0MTAyNDQ0ODAwLCJuIjp7ImRlZXAiOlsxLDJdfX0.AtQI"
            + "JD9aHOGPeXU9jqUQ1Xi2Mlugt6HqRY25Zp6Z2_qdqyEM7fqYIJ-VkRoqfrAofX8rXXNn3yREgcPDiShbPsY8mpdhvw"
            + "EjUMNtwiA26HWBC9EFOEnOfIB-onnJeDAQP4L1N7HrRDbLtg0zTLoFN-jQxYT8_WT5Lh6trsisaajnhQVIGhLcoJ1A"
            + "p911wzy3JkOTl7rptqLr7i1an4UzU_nysSn7_kvj4mu4Ce7uljea2IL0lg5jMlwW7TMUiU_BJMF1NeoxUqK7GtkuIe"
            + "zhDFBlZI3JByzRtj0gi1O6CrAd4xTC_J7OoxkvWEO-4mYU-aaGcl9YDapXuDShFofalw",
        "RS512": "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzUxMiIsImtpZCI6IlJTIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcG"
            + "xlIiwic3ViIjoiYm9iIiwiYXVkIjoiYXBwIiwiZXhwIjo0MTAyNDQ0ODAwLCJuIjp7ImRlZXAiOlsxLDJdfX0.Vq3s"
            + "6EoG8qF7jlwHP_jcJz6qSyxvoVaY01xTLSw676OTgQ0_ANWhOHYhfeA2fjc0vOcHSMJydQQoHtVJxQBu71mlh6lzYK"
            + "7vIswVgGpUByJRWbeMYfWHN7sxdD80efdpN9RpILzaiqKxKGMVUU4UTJExYPsW3dVqNRgxIfea7lqgjA-VwpVAhedA"
            + "Bfz2ewSOMr3lRJo_3Jz3klikE0In6GPX2Pb87xQ0WWA-CKpTzaPuw4o7Zuov6ql3WRqANkrDc9vkeu4qAQCCjBfpIb"
            + "7LQfeEaoYtkUV5k5KblWZmztSdJ_u-3drzbpNLa7aZySySD_nZtM0KgQzlse7tYEdpmw",
        "PS256": "eyJ0eXAiOiJKV1QiLCJhbGciOiJQUzI1NiIsImtpZCI6IlJTIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcG"
            + "xlIiwic3ViIjoiYm9iIiwiYXVkIjoiYXBwIiwiZXhwIjo0MTAyNDQ0ODAwLCJuIjp7ImRlZXAiOlsxLDJdfX0.XLtc"
            + "_JL3-4GuKqrKJBt3pcejr6b4fTCZdcLKgAbmAzvsuprDgxzouMnqi6DjIOe_RjJyWbe4DoAyosl6bldZYMT5aLcIBD"
            + "ToJCQGNRBUO9hTei-XaOc5p6BHYRl-iNtXBpb3ToIOKT0Hy74M1A7z763RpxjugjBSkaMU_Z32U3VBXcwym1PWEDno"
            + "glC8hWyBxeeHkywpQTs_vklc8b1Mj-wysJ_g6NmuFn5NTbsDWoIgoWDBgH76atUf9TSCC1Oz2twhmwyRJ57QRYbzrs"
            + "u54SqMArtqPL3wpsg43WLgBuyde1oJCX78ay0J92aNIXXxnqqLsyJjEUGARvv03MgCyg",
        "PS384": "eyJ0eXAiOiJKV1QiLCJhbGciOiJQUzM4NCIsImtpZCI6IlJTIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcG"
            + "xlIiwic3ViIjoiYm9iIiwiYXVkIjoiYXBwIiwiZXhwIjo0MTAyNDQ0ODAwLCJuIjp7ImRlZXAiOlsxLDJdfX0.3HxV"
            + "DtDwucwUFTN8H8OcQlEiK4mLcICxrhi1grIFgjdBzbkzoXtdOhy2hB3DvFPgdqP4IZ2bKBMIMxmsQ2wM2gokeqULtV"
            + "oqqH8_rnbI5wfX9FdfbjWwFy4O6W9WCFdj_beB8FpYTignyv6XgmK93ed5_LUgZPhcM5KSN7qWTXNaHqpQmbkbUpso"
            + "qEqQZHvq1vjXZTBRKlU14U3OomvtN6tS85k_uyiZzgmGLnsIcr_iQd-bbLebXChtivD7YiG2SlDoNr_bepOs3ZP6Xu"
            + "4pkbjF45SuYas5eni6q5xNyQlked-EMmYUv1mWUGQ4AwC_vz696oxWsit6YkL4hDj_Bw",
        "PS512": "eyJ0eXAiOiJKV1QiLCJhbGciOiJQUzUxMiIsImtpZCI6IlJTIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcG"
            + "xlIiwic3ViIjoiYm9iIiwiYXVkIjoiYXBwIiwiZXhwIjo0MTAyNDQ0ODAwLCJuIjp7ImRlZXAiOlsxLDJdfX0.iYqp"
            + "Pg88n4AVKtbXXD_NArqYohqVpPScQEHhtWSlh0WUaZPWTILir_TRdQfzBpVVvtHituFT2F4Qda7VBuZdnAa-fIIBgN"
            + "SgAmI89h4lNid9mEL9h6SzX_d84-SQS2SBORO2F8XDp-4u5zwq_DbBr6sj-_lujuEr-QkA-uLVePC2je74MG-ML-VN"
            + "UqOVD2oIJdGwwjQatlsyYGSwt572oPaZShXe6lwHXqpnAHvGJq_HexMWlwLXtjxmr6LSlMVlj1NDhJk3ncOMFkPOY0"
            + "45QSa0qHWJ5BIHgswjnBP58roBGOJ2GvU4vZhqMPQCV_QMJ9TRUWH8k_n5W8WaKaNXEA",
        "ES256": "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiIsImtpZCI6IlAtMjU2In0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leG"
            + "FtcGxlIiwic3ViIjoiYm9iIiwiYXVkIjoiYXBwIiwiZXhwIjo0MTAyNDQ0ODAwLCJuIjp7ImRlZXAiOlsxLDJdfX0."
            + "JDDYy_XN0KllXZokn-3g9dEEjDhb7HVI0qkMzN4kF-uvx5gtKE1EPUH2y0iTflQqZ_RSUgN-HziZsxKAdxL71A",
        "ES384": "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzM4NCIsImtpZCI6IlAtMzg0In0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leG"
            + "FtcGxlIiwic3ViIjoiYm9iIiwiYXVkIjoiYXBwIiwiZXhwIjo0MTAyNDQ0ODAwLCJuIjp7ImRlZXAiOlsxLDJdfX0."
            + "k8Mhon3IrMMqMrdNYuKGD8FPmND3Z1XfFIydAN6QPPTKk8pMzNHXUEBp-XNOV02pEIgMEsjH1geyNGhFNMvNSqV7_J"
            + "fHshe2QPTxPmPi7eIvJqRVW-U2g7CcorkUXdn_",
        "ES512": "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzUxMiIsImtpZCI6IlAtNTIxIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leG"
            + "FtcGxlIiwic3ViIjoiYm9iIiwiYXVkIjoiYXBwIiwiZXhwIjo0MTAyNDQ0ODAwLCJuIjp7ImRlZXAiOlsxLDJdfX0."
            + "AUUerInwN0ntJTt0aX85pI-xoVQMF6itbeXkSMFLll4kZSsT88hyCYwEbqmwv97ySRKO3H_PuqGH8mwhqKIB4SaHAb"
            + "Ky2zKDyamudcr0Yn9nG7EBV2n_oJKSKlBtjrnGl0FrXvGd9i3xZKA8ISkytvLxUamTL7_klKaHhbC0riCf2Qgl",
        "EdDSA": "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSIsImtpZCI6IkVkIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcG"
            + "xlIiwic3ViIjoiYm9iIiwiYXVkIjoiYXBwIiwiZXhwIjo0MTAyNDQ0ODAwLCJuIjp7ImRlZXAiOlsxLDJdfX0.RvBl"
            + "aC72TF4GLRnW2XAfk7k0y231GsNj_Nb00y2jqajGreHuwHONZMYAx-lw5NH_4YGC3-BV2zfVJLOFNE2eDA",
    ]
}
