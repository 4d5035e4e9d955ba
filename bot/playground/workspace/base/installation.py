"""The fixed ids of the simulated workspace and of the one application installed in it."""

TEAM_ID = "T0001"
TEAM_DOMAIN = "playground"
APP_ID = "A0001"
BOT_USER = "U0900"
BOT_ID = "B0900"
BOT_NAME = "b24bot"
