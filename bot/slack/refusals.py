"""What Slack's error codes mean: one row each, with the cause in words and what a person does about it.

A code that has no row is refused for a cause nobody knows yet; it never ends anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.plugin import Text
from bot.usecases.chat_refusals import PRESS_AGAIN, ChatRefusal, Subject

DIRECT_OFF = "messages_tab_disabled"
"""The code for an app whose direct messages are switched off."""
CARD_GONE, PARENT_GONE = "message_not_found", "thread_not_found"
"""The codes for a message that was deleted: of a rewriting, and of a line under it."""
REINSTALL = "Install the app again from manifest.yml, then put its bot token into SLACK_BOT_TOKEN and restart."
REPLACE_IT = "Put a working bot token into SLACK_BOT_TOKEN and restart b24bot."
INVITE = "Invite the bot to the channel (/invite @b24bot)."
POSTING = "An owner of the workspace changes the channel's posting permissions so that the bot may post."
REPORT = "Update b24bot; if that does not help, report the code to its maintainers."
SETTINGS = "or name another channel in the settings"

_ROWS: tuple[tuple[Subject, str, Text, Text], ...] = (
    (Subject.CONTENT, "invalid_blocks invalid_blocks_format", "its blocks are not valid", REPORT),
    (Subject.CONTENT, "invalid_attachments too_many_attachments", "its attachments are not valid", REPORT),
    (
        Subject.CONTENT,
        "msg_too_long msg_blocks_too_long attachment_payload_limit_exceeded view_too_large",
        "it is too long",
        REPORT,
    ),
    (Subject.CONTENT, "no_text markdown_text_conflict", "its text is missing or in two forms", REPORT),
    (
        Subject.CONTENT,
        "metadata_too_large invalid_metadata_format invalid_metadata_schema metadata_must_be_sent_from_app",
        "its metadata is not taken",
        REPORT,
    ),
    (Subject.CONTENT, "too_many_contact_cards", "it holds too many contact cards", REPORT),
    (Subject.CONTENT, "alt_txt_too_large snippet_too_large", "the file is too large", REPORT),
    (Subject.STANDING, CARD_GONE, "the message was deleted", ""),
    (Subject.STANDING, "cant_update_message", "the message belongs to another installation of the app", ""),
    (Subject.STANDING, "edit_window_closed", "the workspace does not let messages be edited any more", ""),
    (Subject.STANDING, "is_inactive", "the channel is archived or frozen", f"Unarchive the channel, {SETTINGS}."),
    (
        Subject.STANDING,
        "block_mismatch cant_broadcast_message no_dual_broadcast_content_update",
        "the message cannot be rewritten in this form",
        "",
    ),
    (
        Subject.PLACE,
        "channel_not_found invalid_channel duplicate_channel_not_found",
        "the channel does not exist, or it is private and the bot is not in it",
        f"{INVITE} If the channel is gone, name another one in the settings.",
    ),
    (Subject.PLACE, "not_in_channel", "the bot is not in the channel", INVITE),
    (Subject.PLACE, "is_archived", "the channel is archived", f"Unarchive the channel, {SETTINGS}."),
    (
        Subject.PLACE,
        "restricted_action restricted_action_read_only_channel posting_to_channel_denied",
        "the channel's posting permissions keep the bot out",
        POSTING,
    ),
    (Subject.PLACE, "restricted_action_thread_only_channel", "the channel takes replies only", POSTING),
    (
        Subject.PLACE,
        "restricted_action_non_threadable_channel cannot_reply_to_message",
        "no replies are taken there",
        POSTING,
    ),
    (Subject.PLACE, "restricted_action_thread_locked", "the thread is locked", "An admin unlocks the thread."),
    (Subject.PLACE, PARENT_GONE, "the message it belongs under is gone", ""),
    (
        Subject.PLACE,
        "channel_is_limited_access",
        "access to the channel is limited",
        "An owner of the workspace gives the bot access to the channel.",
    ),
    (
        Subject.PERSON,
        DIRECT_OFF,
        "direct messages of the app are off",
        "Turn on App Home → Messages Tab in the app's settings, as manifest.yml does.",
    ),
    (
        Subject.PERSON,
        "user_not_found user_not_visible user_disabled cannot_dm_bot",
        "Slack does not show that person to the bot",
        "Drop the notice if that account is gone.",
    ),
    (Subject.PERSON, "user_not_in_channel", "that person is not in the channel", "Invite the person to the channel."),
    (Subject.TOKEN, "missing_scope", "the token lacks a scope", REINSTALL),
    (Subject.TOKEN, "invalid_auth bad_token invalid_token", "Slack does not know this token", REPLACE_IT),
    (Subject.TOKEN, "not_authed", "no token was sent", REPLACE_IT),
    (Subject.TOKEN, "token_expired", "the token has expired", REPLACE_IT),
    (
        Subject.TOKEN,
        "token_revoked",
        "the token was revoked, by an uninstallation of the app or by a person",
        REPLACE_IT,
    ),
    (
        Subject.TOKEN,
        "account_inactive",
        "the app was uninstalled, or its workspace was deactivated",
        REINSTALL,
    ),
    (Subject.TOKEN, "user_removed_from_team", "the app's user was removed from the workspace", REINSTALL),
    (
        Subject.TOKEN,
        "team_disabled",
        "the workspace was deactivated",
        "An owner of the workspace activates it again.",
    ),
    (Subject.TOKEN, "not_allowed_token_type", "this is another kind of token", REPLACE_IT),
    (
        Subject.TOKEN,
        "forbidden_team",
        "the workspace may not use Socket Mode",
        "An owner of the workspace approves the app.",
    ),
    (Subject.ACCESS, "is_bot as_user_not_supported", "that is not the kind of token it takes", REPLACE_IT),
    (
        Subject.ACCESS,
        "access_denied no_permission team_access_not_granted app_access_restricted team_not_found "
        "enterprise_is_restricted send_on_behalf_not_allowed",
        "the workspace does not let the app do that",
        "An owner of the workspace approves the app, and the bot is invited to the channel.",
    ),
    (
        Subject.ACCESS,
        "accesslimited",
        "the workspace does not let the app in from this network",
        "An owner of the workspace allows the address of b24bot's host.",
    ),
    (
        Subject.ACCESS,
        "ekm_access_denied",
        "admins have suspended posting in the workspace",
        "An admin of the organisation gives access back in Enterprise Key Management.",
    ),
    (
        Subject.ACCESS,
        "message_limit_exceeded",
        "the workspace has used up its number of messages",
        "An owner of the workspace looks at the limits of its plan.",
    ),
    (
        Subject.ACCESS,
        "two_factor_setup_required",
        "the workspace asks for two-factor authentication",
        "Whoever installed the app sets up two-factor authentication.",
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
        "the workspace does not take the file",
        "",
    ),
    (
        Subject.TRIGGER,
        "expired_trigger_id exchanged_trigger_id invalid_trigger_id",
        "the click is too old for a form",
        PRESS_AGAIN,
    ),
    (
        Subject.CALL,
        "invalid_arguments missing_args invalid_arg_name invalid_array_arg invalid_charset invalid_form_data "
        "invalid_post_type missing_post_type invalid_json json_not_object insecure_request upgrade_required "
        "unknown_method method_deprecated deprecated_endpoint duplicate_external_id duplicate_message_not_found "
        "draft_already_deleted draft_already_sent draft_has_conflict draft_not_found too_many_users "
        "invalid_scheduled_message_id invalid_time time_in_past time_too_far",
        "Slack does not take the call in this form",
        REPORT,
    ),
    (
        Subject.SERVICE,
        "internal_error fatal_error service_unavailable request_timeout update_failed streaming_state_conflict",
        "Slack has trouble of its own",
        "",
    ),
    (
        Subject.SERVICE,
        "team_added_to_org org_login_required external_channel_migrating",
        "Slack is moving the workspace or the channel",
        "",
    ),
    (
        Subject.RATE,
        "ratelimited rate_limited restricted_too_many",
        "more is posted than Slack takes",
        "",
    ),
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
NO_ANSWER = "Slack gave no answer that can be read"
UNKNOWN_CAUSE = "Slack gives a reason that b24bot does not know"
LOOK_IT_UP = "Look the code up in Slack's documentation."


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
    if code == "missing_scope" and detail:
        needed = " or ".join(detail.split(","))
        remedy = f"Add the scope {needed} to the app, install it again, and restart b24bot with its bot token."
        return replace(found, cause=f"the token lacks the scope {needed}", remedy=remedy)
    return found
