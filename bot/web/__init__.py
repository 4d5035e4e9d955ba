"""HTTP served by the bot: health, and the playground's page. The only room that knows flask."""
