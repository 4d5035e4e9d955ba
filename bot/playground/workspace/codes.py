"""The error codes that Slack's documentation lists for each method, for tests that try them all."""

from __future__ import annotations

from collections.abc import Mapping

_COMMON = """
    access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied
    enterprise_is_restricted fatal_error internal_error invalid_arg_name invalid_arguments
    invalid_array_arg invalid_auth invalid_charset invalid_form_data invalid_post_type is_bot
    method_deprecated missing_post_type missing_scope no_permission not_allowed_token_type not_authed
    org_login_required ratelimited request_timeout service_unavailable team_access_not_granted
    team_added_to_org token_expired token_revoked two_factor_setup_required unknown_method
"""
COMMON = frozenset(_COMMON.split())
"""What every method of the Web API may answer."""
_TEXT = "invalid_blocks invalid_blocks_format markdown_text_conflict message_limit_exceeded no_text"
_METADATA = "invalid_metadata_format invalid_metadata_schema metadata_must_be_sent_from_app metadata_too_large"
_CHANNEL = "channel_not_found is_archived not_in_channel restricted_action"
_RESTRICTED = """restricted_action_non_threadable_channel restricted_action_read_only_channel
    restricted_action_thread_only_channel slack_connect_file_link_sharing_blocked"""
_UPLOADS = "file_type_not_allowed file_uploads_except_images_disabled"

_OWN: Mapping[str, str] = {
    "auth.test": "",
    "apps.connections.open": "forbidden_team insecure_request missing_args",
    "users.info": "too_many_users user_not_found user_not_visible",
    "usergroups.users.list": "invalid_cursor no_such_subteam plan_upgrade_required",
    "conversations.info": "channel_is_limited_access channel_not_found",
    "chat.postMessage": f"""{_TEXT} {_METADATA} {_CHANNEL} {_RESTRICTED} app_access_restricted as_user_not_supported
        attachment_payload_limit_exceeded cannot_reply_to_message draft_already_deleted draft_already_sent
        draft_has_conflict draft_not_found duplicate_channel_not_found duplicate_message_not_found
        messages_tab_disabled missing_file_data msg_blocks_too_long msg_too_long rate_limited
        restricted_action_thread_locked send_on_behalf_not_allowed slack_connect_canvas_sharing_blocked
        slack_connect_lists_sharing_blocked team_not_found too_many_attachments too_many_contact_cards""",
    "chat.postEphemeral": f"""{_TEXT} {_CHANNEL} cannot_reply_to_message invalid_attachments messages_tab_disabled
        msg_too_long too_many_attachments user_not_in_channel""",
    "chat.update": f"""{_TEXT} {_METADATA} as_user_not_supported block_mismatch blocked_file_type
        cant_broadcast_message cant_update_message channel_not_found edit_window_closed external_channel_migrating
        file_deleted file_is_deleted file_not_found file_share_limit_reached invalid_attachments is_inactive
        max_file_sharing_exceeded message_not_found msg_too_long no_dual_broadcast_content_update
        posting_to_channel_denied slack_connect_blocked_file_type slack_connect_canvas_sharing_blocked
        slack_connect_clip_sharing_blocked slack_connect_file_link_sharing_blocked
        slack_connect_file_upload_sharing_blocked streaming_state_conflict team_not_found too_many_attachments
        unable_to_share_files update_failed""",
    "chat.scheduleMessage": f"""{_TEXT} {_METADATA} {_CHANNEL} {_RESTRICTED} invalid_time invalid_token msg_too_long
        rate_limited restricted_too_many time_in_past time_too_far too_many_attachments""",
    "chat.deleteScheduledMessage": "bad_token channel_not_found invalid_scheduled_message_id",
    "views.open": """duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id
        view_too_large""",
    "files.getUploadURLExternal": f"""{_UPLOADS} alt_txt_too_large file_upload_size_restricted file_uploads_disabled
        missing_argument snippet_too_large storage_limit_reached unknown_snippet_type unknown_subtype""",
    "files.completeUploadExternal": f"""{_UPLOADS} channel_not_found channels_limit_exceeded file_not_found
        file_update_failed invalid_blocks invalid_channel not_in_channel posting_to_channel_denied""",
}
CODES: Mapping[str, frozenset[str]] = {method: COMMON | frozenset(own.split()) for method, own in _OWN.items()}
"""By method. Slack says itself that others may come."""
HOOK_CODES = frozenset({"expired_url", "used_url", "no_such_hook", "no_text", "invalid_blocks", "user_not_found"})
"""What an answer address (`response_url`) says; Slack has no list of these."""
