"""What Slack's error codes mean: one row each, with the cause in words and what a person does about it.

A code that has no row is refused for a cause nobody knows yet; it never ends anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.plugin import Message, Text
from bot.usecases.chat.chat_refusals import PRESS_AGAIN, ChatRefusal, Subject
from bot.usecases.chat.delivery_errors import CARD_NOT_POSTED

DIRECT_OFF = "messages_tab_disabled"
"""The code for an app whose direct messages are switched off."""
CARD_GONE, PARENT_GONE = "message_not_found", "thread_not_found"
"""The codes for a message that was deleted: of a rewriting, and of a line under it."""
MISSING_SCOPE = "missing_scope"
"""The code for a token without a right; Slack names the scopes of which any would do."""
INVALID_RESPONSE = "invalid_response"
"""The code of the bot's own for an answer that lacks what Slack documents."""
REINSTALL = Message("slack.remedy.reinstall")
REPLACE_TOKEN = Message("slack.remedy.replace_token")
INVITE = Message("slack.remedy.invite_bot")
UNARCHIVE = Message("slack.remedy.unarchive")
PERMIT_POSTING = Message("slack.remedy.permit_posting")
APPROVE_APP = Message("slack.remedy.approve_app")
REPORT = Message("slack.remedy.report")
BY_ITSELF = ""
"""The remedy of what passes without anybody, or of what only the bot itself can go around."""

_ROWS: tuple[tuple[Subject, str, Message, Text], ...] = (
    (Subject.CONTENT, "invalid_blocks invalid_blocks_format", Message("slack.cause.blocks"), REPORT),
    (Subject.CONTENT, "invalid_attachments too_many_attachments", Message("slack.cause.attachments"), REPORT),
    (
        Subject.CONTENT,
        "msg_too_long msg_blocks_too_long attachment_payload_limit_exceeded view_too_large",
        Message("slack.cause.too_long"),
        REPORT,
    ),
    (Subject.CONTENT, "no_text markdown_text_conflict", Message("slack.cause.text"), REPORT),
    (
        Subject.CONTENT,
        "metadata_too_large invalid_metadata_format invalid_metadata_schema metadata_must_be_sent_from_app",
        Message("slack.cause.metadata"),
        REPORT,
    ),
    (Subject.CONTENT, "too_many_contact_cards", Message("slack.cause.contact_cards"), REPORT),
    (Subject.CONTENT, "alt_txt_too_large snippet_too_large", Message("slack.cause.file_too_large"), REPORT),
    (Subject.STANDING, CARD_GONE, Message("slack.cause.message_deleted"), BY_ITSELF),
    (Subject.STANDING, "cant_update_message", Message("slack.cause.other_installation"), BY_ITSELF),
    (Subject.STANDING, "edit_window_closed", Message("slack.cause.edits_closed"), BY_ITSELF),
    (Subject.STANDING, "is_inactive", Message("slack.cause.channel_inactive"), UNARCHIVE),
    (
        Subject.STANDING,
        "block_mismatch cant_broadcast_message no_dual_broadcast_content_update",
        Message("slack.cause.edit_form"),
        BY_ITSELF,
    ),
    (
        Subject.PLACE,
        "channel_not_found invalid_channel duplicate_channel_not_found",
        Message("slack.cause.channel_not_found"),
        Message("slack.remedy.invite_or_replace_channel"),
    ),
    (Subject.PLACE, "not_in_channel", Message("slack.cause.bot_not_in_channel"), INVITE),
    (Subject.PLACE, "is_archived", Message("slack.cause.channel_archived"), UNARCHIVE),
    (
        Subject.PLACE,
        "restricted_action restricted_action_read_only_channel posting_to_channel_denied",
        Message("slack.cause.posting_denied"),
        PERMIT_POSTING,
    ),
    (Subject.PLACE, "restricted_action_thread_only_channel", Message("slack.cause.replies_only"), PERMIT_POSTING),
    (
        Subject.PLACE,
        "restricted_action_non_threadable_channel cannot_reply_to_message",
        Message("slack.cause.no_replies"),
        PERMIT_POSTING,
    ),
    (
        Subject.PLACE,
        "restricted_action_thread_locked",
        Message("slack.cause.thread_locked"),
        Message("slack.remedy.unlock_thread"),
    ),
    (Subject.PLACE, PARENT_GONE, Message("slack.cause.parent_deleted"), BY_ITSELF),
    (
        Subject.PLACE,
        "channel_is_limited_access",
        Message("slack.cause.channel_limited"),
        Message("slack.remedy.give_channel_access"),
    ),
    (
        Subject.PERSON,
        DIRECT_OFF,
        Message("slack.cause.direct_messages_off"),
        Message("slack.remedy.turn_on_direct_messages"),
    ),
    (
        Subject.PERSON,
        "user_not_found user_not_visible user_disabled cannot_dm_bot",
        Message("slack.cause.person_not_visible"),
        Message("slack.remedy.drop_notice"),
    ),
    (
        Subject.PERSON,
        "user_not_in_channel",
        Message("slack.cause.person_not_in_channel"),
        Message("slack.remedy.invite_person"),
    ),
    (
        Subject.PERSON,
        "no_such_subteam",
        Message("slack.cause.user_group_not_found"),
        Message("slack.remedy.correct_user_group"),
    ),
    (
        Subject.ACCESS,
        "plan_upgrade_required",
        Message("slack.cause.no_user_groups"),
        Message("slack.remedy.list_accounts_instead"),
    ),
    (Subject.TOKEN, MISSING_SCOPE, Message("slack.cause.scope"), REINSTALL),
    (Subject.TOKEN, "invalid_auth bad_token invalid_token", Message("slack.cause.token_unknown"), REPLACE_TOKEN),
    (Subject.TOKEN, "not_authed", Message("slack.cause.token_absent"), REPLACE_TOKEN),
    (Subject.TOKEN, "token_expired", Message("slack.cause.token_expired"), REPLACE_TOKEN),
    (Subject.TOKEN, "token_revoked", Message("slack.cause.token_revoked"), REPLACE_TOKEN),
    (Subject.TOKEN, "account_inactive", Message("slack.cause.app_uninstalled"), REINSTALL),
    (Subject.TOKEN, "user_removed_from_team", Message("slack.cause.app_user_removed"), REINSTALL),
    (
        Subject.TOKEN,
        "team_disabled",
        Message("slack.cause.workspace_deactivated"),
        Message("slack.remedy.reactivate_workspace"),
    ),
    (Subject.TOKEN, "not_allowed_token_type", Message("slack.cause.token_type"), REPLACE_TOKEN),
    (Subject.TOKEN, "forbidden_team", Message("slack.cause.socket_mode_denied"), APPROVE_APP),
    (Subject.ACCESS, "is_bot as_user_not_supported", Message("slack.cause.token_type"), REPLACE_TOKEN),
    (
        Subject.ACCESS,
        "access_denied no_permission team_access_not_granted app_access_restricted team_not_found "
        "enterprise_is_restricted send_on_behalf_not_allowed",
        Message("slack.cause.app_denied"),
        Message("slack.remedy.approve_app_and_invite"),
    ),
    (
        Subject.ACCESS,
        "accesslimited",
        Message("slack.cause.network_denied"),
        Message("slack.remedy.permit_address"),
    ),
    (
        Subject.ACCESS,
        "ekm_access_denied",
        Message("slack.cause.posting_suspended"),
        Message("slack.remedy.restore_key_access"),
    ),
    (
        Subject.ACCESS,
        "message_limit_exceeded",
        Message("slack.cause.message_limit"),
        Message("slack.remedy.check_plan"),
    ),
    (
        Subject.ACCESS,
        "two_factor_setup_required",
        Message("slack.cause.two_factor"),
        Message("slack.remedy.set_up_two_factor"),
    ),
    (
        Subject.FILES,
        "file_uploads_disabled file_uploads_except_images_disabled file_type_not_allowed file_upload_size_restricted "
        "blocked_file_type unknown_snippet_type unknown_subtype storage_limit_reached channels_limit_exceeded "
        "max_file_sharing_exceeded file_share_limit_reached unable_to_share_files file_not_found file_deleted "
        "file_is_deleted file_update_failed missing_file_data missing_argument "
        "slack_connect_blocked_file_type slack_connect_canvas_sharing_blocked slack_connect_clip_sharing_blocked "
        "slack_connect_file_link_sharing_blocked slack_connect_file_upload_sharing_blocked "
        "slack_connect_lists_sharing_blocked",
        Message("slack.cause.file_denied"),
        BY_ITSELF,
    ),
    (
        Subject.TRIGGER,
        "expired_trigger_id exchanged_trigger_id invalid_trigger_id",
        Message("slack.cause.click_too_old"),
        PRESS_AGAIN,
    ),
    (
        Subject.CALL,
        "invalid_arguments missing_args invalid_arg_name invalid_array_arg invalid_charset invalid_cursor "
        "invalid_form_data "
        "invalid_post_type missing_post_type invalid_json json_not_object insecure_request upgrade_required "
        "unknown_method method_deprecated deprecated_endpoint duplicate_external_id duplicate_message_not_found "
        "draft_already_deleted draft_already_sent draft_has_conflict draft_not_found too_many_users "
        "invalid_scheduled_message_id invalid_time time_in_past time_too_far",
        Message("slack.cause.call"),
        REPORT,
    ),
    (
        Subject.SERVICE,
        "internal_error fatal_error service_unavailable request_timeout update_failed streaming_state_conflict",
        Message("slack.cause.service"),
        BY_ITSELF,
    ),
    (
        Subject.SERVICE,
        "team_added_to_org org_login_required external_channel_migrating",
        Message("slack.cause.moving"),
        BY_ITSELF,
    ),
    (Subject.SERVICE, INVALID_RESPONSE, Message("slack.cause.invalid_response"), BY_ITSELF),
    (Subject.SERVICE, CARD_NOT_POSTED, Message("slack.cause.card_not_posted"), BY_ITSELF),
    (Subject.RATE, "ratelimited rate_limited restricted_too_many", Message("slack.cause.rate"), BY_ITSELF),
)


_CODE = re.compile(r"\A[a-z0-9_]+\Z")
REFUSALS: Mapping[str, ChatRefusal] = {
    code: ChatRefusal(
        code=code,
        subject=subject,
        cause=cause,
        remedy=remedy,
        message_gone=code in (CARD_GONE, PARENT_GONE),
        direct_messages_off=code == DIRECT_OFF,
    )
    for subject, codes, cause, remedy in _ROWS
    for code in codes.split()
}
NO_ANSWER = Message("slack.cause.no_answer")
UNKNOWN_CAUSE = Message("slack.cause.unknown_code")
LOOK_IT_UP = Message("slack.remedy.look_up_code")


def find_refusal(reason: str) -> ChatRefusal:
    """Look up what a stored reason (`code` or `code: detail`) means; a code without a row has the subject UNKNOWN.

    What is no code is a fault on the way to Slack.
    """
    code, _, detail = reason.partition(": ")
    found = REFUSALS.get(code)
    if not _CODE.match(code):
        return ChatRefusal(code=reason, subject=Subject.SERVICE, cause=NO_ANSWER)
    if found is None:
        return ChatRefusal(code=code, subject=Subject.UNKNOWN, cause=UNKNOWN_CAUSE, remedy=LOOK_IT_UP)
    if code == MISSING_SCOPE and detail:
        scopes = tuple(detail.split(","))
        return replace(
            found,
            cause=Message("slack.cause.scopes", count=len(scopes), scopes=scopes),
            remedy=Message("slack.remedy.add_scope", count=len(scopes), scopes=scopes),
        )
    return found
