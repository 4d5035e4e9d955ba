"""The matrix of behaviours: for each of docs/portal-behaviour.md P1 to P90, the tests that hold the simulator to it."""

from __future__ import annotations

from bot.plugin.frozen import dataclass

COUNT = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One numbered behaviour; `tests` are names of functions in `file`, among the tests of the simulator."""

    number: int
    file: str
    tests: tuple[str, ...]


def _row(number: int, file: str, *tests: str) -> Behaviour:
    return Behaviour(number=number, file=file, tests=tuple(f"test_behaviour_{number:02}_{test}" for test in tests))


BEHAVIOURS = (
    _row(1, "test_transport.py", "unknown_method_is_404_even_without_a_token"),
    _row(2, "test_transport.py", "methods_that_one_would_guess_do_not_exist"),
    _row(3, "test_transport.py", "case_suffix_and_trailing_slash_of_the_address_do_not_matter"),
    _row(4, "test_transport.py", "no_token_is_no_auth_found"),
    _row(5, "test_transport.py", "broken_json_loses_the_token_too"),
    _row(6, "test_transport.py", "the_token_is_found_wherever_it_is_shown"),
    _row(7, "test_transport.py", "an_expired_token_is_refused_and_nothing_is_done"),
    _row(8, "test_transport.py", "a_token_without_the_scope_is_refused"),
    _row(9, "test_transport.py", "a_webhook_is_refused_before_its_arguments_are_looked_at"),
    _row(10, "test_transport.py", "list_by_webhook_is_an_error_core"),
    _row(11, "test_transport.py", "errors_have_neither_time_nor_result_and_successes_have_eight_keys_of_time"),
    _row(12, "test_transport.py", "a_form_body_equals_a_json_body"),
    _row(13, "test_transport.py", "names_of_parameters_may_come_in_lower_case"),
    _row(14, "test_transport.py", "a_deactivated_application_is_not_found"),
    _row(15, "test_transport.py", "a_lapsed_plan_denies_rest"),
    _row(16, "test_transport.py", "a_restricted_user_and_a_dismissed_one"),
    _row(17, "test_transport.py", "the_51st_quick_call_is_over_the_limit_until_the_bucket_drains"),
    _row(18, "test_transport.py", "operating_time_over_the_limit_blocks_that_method_only"),
    _row(19, "test_transport.py", "a_renamed_portal_sends_to_its_new_name_without_a_body"),
    _row(20, "methods/test_connector_registration.py", "a_minimal_register_answers_with_a_nested_true"),
    _row(21, "methods/test_connector_registration.py", "a_dot_in_the_id_is_reported_before_anything_else"),
    _row(22, "methods/test_connector_registration.py", "an_empty_request_reports_the_id_alone"),
    _row(23, "methods/test_connector_registration.py", "one_error_at_a_time_in_a_fixed_order"),
    _row(24, "methods/test_connector_registration.py", "these_errors_are_flat_by_default_and_nested_by_switch"),
    _row(25, "methods/test_connector_registration.py", "the_id_is_stored_in_lower_case"),
    _row(26, "methods/test_connector_registration.py", "the_handler_need_not_be_an_address"),
    _row(27, "methods/test_connector_registration.py", "a_second_register_renames_and_keeps_the_activations"),
    _row(28, "methods/test_connector_registration.py", "another_application_takes_the_id_over_with_its_events"),
    _row(29, "methods/test_connector_registration.py", "unregister_of_an_unknown_id_succeeds"),
    _row(30, "methods/test_connector_registration.py", "unregister_without_an_id_is_an_error_inside_200"),
    _row(31, "methods/test_connector_registration.py", "unregister_of_an_active_connector_clears_every_line"),
    _row(32, "methods/test_connector_registration.py", "another_application_can_take_a_connector_off_its_lines"),
    _row(33, "methods/test_connector_registration.py", "an_empty_list_is_an_array"),
    _row(34, "methods/test_connector_registration.py", "list_needs_the_right_to_modify_connectors"),
    _row(35, "methods/test_activation.py", "missing_arguments_are_reported_in_order_with_their_name"),
    _row(
        36,
        "methods/test_activation.py",
        "whatever_php_does_not_call_empty_switches_on",
        "whatever_php_calls_empty_switches_off",
    ),
    _row(37, "methods/test_activation.py", "active_null_is_a_missing_argument"),
    _row(38, "methods/test_activation.py", "neither_connector_nor_line_need_exist"),
    _row(39, "methods/test_activation.py", "a_line_that_is_no_number_is_line_zero"),
    _row(40, "methods/test_activation.py", "status_of_what_nobody_knows_is_all_false"),
    _row(41, "methods/test_activation.py", "status_without_a_line_is_about_line_zero"),
    _row(42, "methods/test_activation.py", "an_id_is_cut_at_its_first_dot"),
    _row(43, "methods/test_activation.py", "an_empty_connector_passes_the_argument_check"),
    _row(44, "methods/test_activation.py", "switching_off_what_is_off_still_tells_with_the_callers_casing"),
    _row(45, "methods/test_activation.py", "set_error_on_an_active_connector"),
    _row(46, "methods/test_activation.py", "set_error_on_an_unregistered_connector_finds_no_provider"),
    _row(47, "methods/test_activation.py", "activation_clears_an_error"),
    _row(48, "methods/test_activation.py", "data_may_be_set_before_the_activation"),
    _row(49, "methods/test_activation.py", "data_is_merged_or_overwritten_by_switch"),
    _row(50, "methods/test_activation.py", "switching_off_and_on_loses_the_data"),
    _row(51, "methods/test_activation.py", "data_that_is_a_string_breaks_the_call"),
    _row(52, "methods/test_messages.py", "messages_must_be_an_array"),
    _row(53, "methods/test_messages.py", "each_message_must_be_an_array"),
    _row(54, "methods/test_messages.py", "one_malformed_message_refuses_the_whole_call"),
    _row(55, "methods/test_messages.py", "an_unregistered_connector_has_no_provider_even_on_an_inactive_line"),
    _row(56, "methods/test_messages.py", "a_line_that_is_off_or_in_error_is_not_active"),
    _row(57, "methods/test_messages.py", "a_good_message_opens_a_session"),
    _row(58, "methods/test_messages.py", "an_incomplete_message_fails_alone"),
    _row(59, "methods/test_messages.py", "keys_inside_messages_may_come_in_upper_case"),
    _row(60, "methods/test_messages.py", "changing_an_unknown_message_succeeds"),
    _row(61, "methods/test_messages.py", "delivery_is_taken_on_an_inactive_line"),
    _row(62, "methods/test_messages.py", "reading_answers_the_same_and_does_nothing"),
    _row(63, "methods/test_messages.py", "chat_name_set_calls_zero_missing_and_needs_a_chat"),
    _row(64, "effects/test_events.py", "a_webhook_cannot_bind"),
    _row(65, "effects/test_events.py", "the_same_handler_twice_is_an_error"),
    _row(66, "effects/test_events.py", "the_handlers_host_holds_a_dot_and_its_scheme_is_http"),
    _row(67, "effects/test_events.py", "an_unknown_event_is_not_found"),
    _row(68, "effects/test_events.py", "an_operators_message_is_one_form_post_with_bracket_keys"),
    _row(69, "effects/test_events.py", "a_handler_that_answers_500_is_not_asked_again"),
    _row(70, "effects/test_events.py", "an_application_that_is_not_installed_hears_nothing"),
    _row(71, "effects/test_events.py", "a_deleted_line_is_told_to_the_owner_and_then_to_everybody"),
    _row(72, "effects/test_events.py", "an_edit_is_told_only_after_the_delivery_was_acknowledged"),
    _row(73, "effects/test_events.py", "unbinding_what_is_not_bound_counts_zero"),
    _row(74, "effects/test_events.py", "the_offline_queue_is_emptied_on_reading_and_reserved_by_plan_only"),
    _row(75, "server/test_authorization_server.py", "an_unknown_client_is_wrong_client_inside_200"),
    _row(76, "server/test_authorization_server.py", "a_wrong_secret_is_invalid_client_without_a_description"),
    _row(77, "server/test_authorization_server.py", "bad_empty_and_missing_words_have_their_own_errors"),
    _row(78, "server/test_authorization_server.py", "a_refresh_gives_a_new_pair_and_spends_the_old_one"),
    _row(79, "server/test_authorization_server.py", "removal_and_an_ended_term_stop_the_refresh"),
    _row(
        80,
        "server/test_authorization_server.py",
        "a_grant_is_read_from_the_post_body_and_a_switch_says_from_where_else",
    ),
    _row(81, "server/test_authorization_server.py", "a_code_is_good_once_and_for_thirty_seconds"),
    _row(82, "server/test_batch_calls.py", "the_51st_command_is_too_many_and_the_first_fifty_run"),
    _row(83, "server/test_batch_calls.py", "a_batch_in_a_batch_is_not_allowed"),
    _row(84, "server/test_batch_calls.py", "no_errors_is_an_empty_array_and_halt_stops_after_the_first"),
    _row(85, "server/test_batch_calls.py", "a_batch_is_one_call_and_refers_to_earlier_results"),
    _row(86, "methods/test_open_lines.py", "an_unknown_line_is_false_and_a_missing_id_is_an_error"),
    _row(87, "methods/test_open_lines.py", "the_list_of_lines_is_an_array_of_strings_without_pages"),
    _row(88, "test_application_pages.py", "a_bound_setting_connector_is_never_shown_and_unbinding_counts_two"),
    _row(89, "test_application_pages.py", "opening_the_connectors_page_posts_to_its_handler"),
    _row(90, "test_application_pages.py", "a_removed_application_loses_everything_and_is_told_without_tokens"),
)
