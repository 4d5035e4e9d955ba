"""What a bot does, a package for each subject. Nothing here knows Slack, HTTP or the terminal.

A command comes in (`intake`), is completed in a form where it lacks something (`forms`), and becomes a plan and a
change request (`requests`). Who may ask and approve is found out there (`authority`). An approved change request is run
(`execution`), ends (`outcomes`), and what is to be said of it gets out (`delivery`). The threads of all that are in
`runtime`. What these packages share is the context, in this folder.
"""
