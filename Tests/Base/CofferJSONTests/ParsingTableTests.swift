import CofferJSON
import Testing

/// Small documents by RFC 8259 production, named as JSON test suites do:
/// `y_` must be accepted, `n_` refused, `i_` is our choice where the RFC leaves one.
struct ParsingTableTests {
    struct Document: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]

        init(_ name: String, _ text: String) {
            self.name = name
            bytes = Array(text.utf8)
        }

        init(_ name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }

        var testDescription: String { name }
    }

    @Test("what the grammar allows is accepted", arguments: Self.accepted)
    func accepts(_ document: Document) throws {
        let tree = try JSON.parse(document.bytes)
        #expect(try JSON.parse(tree.serialized()) == tree)
    }

    @Test("what the grammar forbids is refused", arguments: Self.refused)
    func refuses(_ document: Document) {
        #expect(throws: JSONError.self) { try JSON.parse(document.bytes) }
        #expect(throws: JSONError.self) { try JSON.parse(document.bytes, limits: .trusted) }
    }

    static let accepted = [
        Document("y_array_empty", "[]"), Document("y_array_empty_with_spaces", "[ \t\r\n]"),
        Document("y_array_of_arrays", "[[],[[]]]"), Document("y_array_ending_with_newline", "[1]\n"),
        Document("y_array_leading_space", " [1]"), Document("y_array_trailing_space", "[2] "),
        Document("y_array_spaces_around_comma", "[1 , 2]"), Document("y_array_with_nulls", "[1,null,null,2]"),
        Document("y_array_mixed", #"[null, 1, "1", {}]"#), Document("y_array_false", "[false]"),
        Document("y_number_zero", "0"), Document("y_number_minus_zero", "[-0]"), Document("y_number", "[123e65]"),
        Document("y_number_0e1", "[0e1]"), Document("y_number_0e+1", "[0e+1]"),
        Document("y_number_fraction", "[123.456789]"), Document("y_number_negative", "[-123]"),
        Document("y_number_exp_capital", "[1E22]"), Document("y_number_exp_neg", "[1e-2]"),
        Document("y_number_exp_leading_zeros", "[1e007]"), Document("y_number_fraction_exp", "[123.456e78]"),
        Document("y_number_close_to_zero", "[-0." + String(repeating: "0", count: 76) + "1]"),
        Document("y_number_space_after", "[4 ]"), Document("y_number_many_digits", "[0.1000000000000000055511151231]"),
        Document("y_object_empty", "{}"), Document("y_object_basic", #"{"asd":"sdf"}"#),
        Document("y_object_empty_key", #"{"":0}"#), Document("y_object_duplicated_key", #"{"a":"b","a":"c"}"#),
        Document("y_object_newlines", "{\n\"a\"\n:\n\"b\"\n}"), Document("y_object_nested", #"{"a":{"b":[{}]}}"#),
        Document("y_object_null_in_key", #"{"foo\u0000bar": 42}"#),
        Document("y_object_unicode_key", #"{"title":"\u041f\u043e"}"#),
        Document("y_string_empty", #""""#), Document("y_string_all_escapes", #"["\"\\\/\b\f\n\r\t"]"#),
        Document("y_string_backslash_u", #"["\\u0000"]"#), Document("y_string_comments", #"["a/*b*/c/*d//e"]"#),
        Document("y_string_escaped_control", #"["\u0012"]"#), Document("y_string_null_escape", #"["\u0000"]"#),
        Document("y_string_surrogate_pair", #"["\ud801\udc37"]"#), Document("y_string_hex_cases", #"["\uaBcD"]"#),
        Document("y_string_two_pairs", #"["\ud83d\ude39\ud83d\udc8d"]"#),
        Document("y_string_del", "[\"\u{7f}\"]"), Document("y_string_u2028", "[\"\u{2028}\u{2029}\"]"),
        Document("y_string_utf8", "[\"€𝄞\"]"), Document("y_string_noncharacter", "[\"\u{10FFFF}\u{FFFF}\"]"),
        Document("y_string_noncharacter_escape", #"["\uFFFE\uDBFF\uDFFE"]"#),
        Document("y_string_bom_inside", "[\"\u{FEFF}\"]"), Document("y_string_combining", "[\"e\u{301}\"]"),
        Document("y_string_long_plain", "[\"" + String(repeating: "a", count: 1000) + "\"]"),
        Document("y_structure_lonely_false", "false"), Document("y_structure_lonely_true", "true"),
        Document("y_structure_lonely_null", "null"), Document("y_structure_lonely_int", "42"),
        Document("y_structure_lonely_negative", "-0.1"), Document("y_structure_lonely_string", #""asd""#),
        Document("y_structure_whitespace_around", " \n\r\t{ } \t\r\n"),
        Document("i_number_huge_exp", "[0.4e00669999999999999999999999999999999999]"),
        Document("i_number_too_big", "[-123123e100000]"), Document("i_number_very_long", "[123123123123123123123123]"),
        Document("i_string_lone_high_surrogate", #"["\uDADA"]"#), Document("i_string_lone_low", #"["\uDd1ea"]"#),
        Document("i_string_high_then_letter", #"["\ud800abc"]"#),
        Document("i_string_two_highs", #"["\ud800\ud800\n"]"#),
        Document("i_string_inverted_pair", #"["\udd1e\ud834"]"#),
        Document(
            "i_structure_500_nested_arrays", String(repeating: "[", count: 500) + String(repeating: "]", count: 500)),
    ]

    static let refused = [
        Document("n_structure_no_data", ""), Document("n_structure_spaces", " \n"),
        Document("n_array_1_true_without_comma", "[1 true]"), Document("n_array_colon", #"["": 1]"#),
        Document("n_array_comma_after_close", "[\"\"],"), Document("n_array_comma_and_number", "[,1]"),
        Document("n_array_double_comma", "[1,,2]"), Document("n_array_double_extra_comma", #"["x",,]"#),
        Document("n_array_extra_close", #"["x"]]"#), Document("n_array_extra_comma", #"["",]"#),
        Document("n_array_incomplete", #"["x""#), Document("n_array_inner_without_comma", "[3[4]]"),
        Document("n_array_just_comma", "[,]"), Document("n_array_just_minus", "[-]"),
        Document("n_array_unclosed", "[1"), Document("n_array_unclosed_comma", "[1,"),
        Document("n_array_closed_by_brace", "[1}"), Document("n_array_vertical_tab", "[\u{0B}1]"),
        Document("n_array_form_feed", "[\u{0C}]"), Document("n_array_nbsp", "[\u{A0}]"),
        Document("n_array_star", "[*]"), Document("n_literal_incomplete_false", "[fals]"),
        Document("n_literal_incomplete_null", "[nul]"), Document("n_literal_truncated", "tru"),
        Document("n_literal_capital", "[True]"), Document("n_literal_run_on", "[nullx]"),
        Document("n_number_plus", "[+1]"), Document("n_number_leading_zero", "[012]"),
        Document("n_number_minus_leading_zero", "[-01]"), Document("n_number_double_zero", "00"),
        Document("n_number_.1", "[.1]"), Document("n_number_-.1", "[-.1]"), Document("n_number_1.", "[1.]"),
        Document("n_number_0.e1", "[0.e1]"), Document("n_number_0e", "[0e]"), Document("n_number_0e+", "[0e+]"),
        Document("n_number_1.0e-", "[1.0e-]"), Document("n_number_1e", "1e"), Document("n_number_9.e+", "[9.e+]"),
        Document("n_number_hex", "[0x42]"), Document("n_number_nan", "[NaN]"), Document("n_number_inf", "[Infinity]"),
        Document("n_number_minus_inf", "[-Infinity]"), Document("n_number_space_inside", "[1 000]"),
        Document("n_number_minus_space", "[- 1]"), Document("n_number_letter", "[1a]"),
        Document("n_number_two_minus", "[--1]"), Document("n_number_two_points", "[1.2.3]"),
        Document("n_number_underscore", "[1_000]"), Document("n_number_full_width", "[１]"),
        Document("n_object_bad_value", #"["x", truth]"#), Document("n_object_bracket_key", "{[: \"x\"}\n"),
        Document("n_object_comma_instead_of_colon", #"{"x", null}"#), Document("n_object_double_colon", #"{"x"::"b"}"#),
        Document("n_object_garbage_at_end", #"{"a":"a" 123}"#), Document("n_object_key_single_quotes", "{'a':0}"),
        Document("n_object_missing_colon", #"{"a" b}"#), Document("n_object_missing_key", #"{:"b"}"#),
        Document("n_object_missing_semicolon", #"{"a" "b"}"#), Document("n_object_missing_value", #"{"a":"#),
        Document("n_object_no_value", #"{"a":}"#), Document("n_object_no_colon", #"{"a"#),
        Document("n_object_number_key", "{1:1}"), Document("n_object_null_key", "{null:null}"),
        Document("n_object_two_commas", #"{"a":0,,"b":1}"#), Document("n_object_trailing_comma", #"{"id":0,}"#),
        Document("n_object_trailing_comment", #"{"a":"b"}/**/"#), Document("n_object_line_comment", "{\"a\":1}//x"),
        Document("n_object_unquoted_key", #"{a: "b"}"#), Document("n_object_unclosed_value", #"{"a":"a"#),
        Document("n_object_closed_by_bracket", #"{"a":1]"#), Document("n_object_two", "{}{}"),
        Document("n_object_lone_comma", "{,}"), Document("n_object_only_key_and_close", #"{"a"}"#),
        Document("n_string_bare_control", "[\"a\u{00}a\"]"), Document("n_string_newline", "[\"new\nline\"]"),
        Document("n_string_tab", "[\"\t\"]"), Document("n_string_1f_late", "[\"0123456789abcdef\u{1f}\"]"),
        Document("n_string_unclosed", "\""), Document("n_string_unclosed_escape", "[\"\\"),
        Document("n_string_escaped_quote_only", #"["\"]"#), Document("n_string_escape_x", #"["\x00"]"#),
        Document("n_string_escape_unicode_cut", #"["\u00A"]"#), Document("n_string_escape_cut_at_end", "\"\\u00"),
        Document("n_string_escape_bad_hex", #"["\u00g0"]"#), Document("n_string_escape_capital_u", #"["\U0041"]"#),
        Document("n_string_second_surrogate_cut", #"["\ud834\uDd"]"#), Document("n_string_escape_a", #"["\a"]"#),
        Document("n_string_second_surrogate_bad_hex", #"["\ud800\uqqqq"]"#),
        Document("n_string_single_quotes", "['x']"), Document("n_string_no_quotes", "[abc]"),
        Document("n_string_escaped_emoji", "[\"\\🌀\"]"), Document("n_string_outside", "abc"),
        Document("n_structure_trailing_hash", "{\"a\":\"b\"}#{}"),
        Document("n_structure_trailing_zero_byte", "1\u{00}"),
        Document("n_structure_angle", "<.>"), Document("n_structure_close_first", "]"),
        Document("n_structure_open_object_only", "{"), Document("n_structure_open_array_string", "[\"a"),
        Document("n_structure_two_values", "1 2"), Document("n_structure_unclosed_deep", "[{\"a\":[{\"b\":"),
        Document("n_structure_byte_order_mark", "\u{FEFF}{}"), Document("n_structure_u2060", "[\u{2060}]"),
        Document("n_utf8_lone_continuation", bytes: [0x22, 0x81, 0x22]),
        Document("n_utf8_overlong_slash", bytes: [0x22, 0xc0, 0xaf, 0x22]),
        Document("n_utf8_overlong_three", bytes: [0x22, 0xe0, 0x80, 0xaf, 0x22]),
        Document("n_utf8_surrogate", bytes: [0x22, 0xed, 0xa0, 0x80, 0x22]),
        Document("n_utf8_above_10ffff", bytes: [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]),
        Document("n_utf8_truncated", bytes: [0x22, 0xe2, 0x82, 0x22]),
        Document("n_utf8_truncated_by_escape", bytes: Array("\"".utf8) + [0xe2, 0x82] + Array("\\n\"".utf8)),
        Document("n_utf8_in_key", bytes: Array("{\"".utf8) + [0xff] + Array("\":1}".utf8)),
        Document("n_utf8_outside_string", bytes: [0x5b, 0xe9, 0x5d]),
        Document("n_utf16_little_endian", bytes: [0xff, 0xfe, 0x5b, 0, 0x5d, 0]),
        Document("n_utf16_big_endian_no_mark", bytes: [0, 0x5b, 0, 0x5d]),
    ]
}
