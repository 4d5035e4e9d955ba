"""Descriptions that a portal says in its own language. Codes never change with the language; these do."""

from __future__ import annotations

PHRASES: dict[str, tuple[str, str]] = {
    "APPLICATION_REGISTRATION_ERROR_POINT": (
        "Application registration error. Connector ID cannot contain dots (.).",
        "Ошибка регистрации приложения. В ID коннектора не может быть точки (.).",
    ),
    "CONNECTOR_ID_REQUIRED": ("The connector ID is not specified", "Не задан ID коннектора"),
    "NAME_REQUIRED": ("Connector name is not specified", "Не задано имя коннектора"),
    "ICON_REQUIRED": ("Connector icon is not specified", "Не задана иконка коннектора"),
    "NO_PLACEMENT_HANDLER": (
        "Failed to get embedding handler URL",
        "Не удалось получить адрес обработчика встройки",
    ),
    "GENERAL_CONNECTOR_REGISTRATION_ERROR": (
        "Generic error while registering connector",
        "Общая ошибка регистрации коннектора",
    ),
    "APPLICATION_REGISTRATION_ERROR": ("Error registering app", "Ошибка регистрации приложения"),
    "APPLICATION_UNREGISTRATION_ERROR": ("Error unregistering app", "Ошибка снятия приложения с регистрации"),
    "IMCONNECTOR_NO_CORRECT_PROVIDER": (
        "Could not find a suitable provider for the connector",
        "Не найден подходящий провайдер для коннектора",
    ),
    "NOT_ACTIVE_LINE": (
        "The line with this ID is inactive or does not exist",
        "Линия с таким ID не активна или не существует",
    ),
    "CHAT_RENAMING_FAILED": ("Chat renaming failed", "Не удалось переименовать чат"),
    "CONFIG_ID_EMPTY": ("Config ID can't be empty", "Не указан ID открытой линии"),
    "CONFIG_WRONG_USER_PERMISSION": ("Permission denied", "Недостаточно прав"),
    "INCOMPLETE_DATA": ("Incomplete data", "Неполные данные"),
}

LANGUAGES = ("en", "ru")


def phrase(code: str, language: str) -> str:
    return PHRASES[code][LANGUAGES.index(language)]
