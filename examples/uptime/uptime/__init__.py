"""A plugin for b24bot that shows how one is made: it watches web sites."""
