"""The playground: a simulated Slack workspace and portal around the real bot, the people in it, and the story.

Importing it without the packages of the extra `playground` raises ConfigurationError, which says what to install.
"""

from bot.playground.extra import require_extra

require_extra()
