# The image of b24bot. Everything that is installed is pinned with its hash in requirements/postgres.lock.
#
#     docker build --tag b24bot .
#
# docs/how-to/deploy.md tells how to run it. For a build that is the same for ever, pin the base by its digest:
# --build-arg BASE=python:3.13.9-slim-bookworm@sha256:…
ARG BASE=python:3.13.9-slim-bookworm

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
COPY requirements/postgres.lock requirements/
RUN python3 -m venv /opt/b24bot && /opt/b24bot/bin/python -m pip install --quiet --require-hashes -r requirements/postgres.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY plugins plugins
RUN /opt/b24bot/bin/python -m pip install --quiet --no-deps --no-build-isolation . && /opt/b24bot/bin/b24bot --version

FROM ${BASE}
COPY --from=build /opt/b24bot /opt/b24bot
# The key is never in the folder of the database: a copy of that folder would open itself.
RUN groupadd --system --gid 10001 b24bot \
    && useradd --system --uid 10001 --gid b24bot --no-create-home --home-dir /var/lib/b24bot --shell /usr/sbin/nologin b24bot \
    && install --directory --owner=b24bot --group=b24bot --mode=0700 /var/lib/b24bot /var/lib/b24bot-key
ENV PATH=/opt/b24bot/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    B24BOT_HOME=/var/lib/b24bot/home \
    B24BOT_BACKUPS=/var/lib/b24bot/backups \
    B24BOT_KEY_FILE=/var/lib/b24bot-key/key \
    B24BOT_HEALTH_HOST=0.0.0.0 \
    B24BOT_HEALTH_PORT=3000 \
    PORT=3000
WORKDIR /var/lib/b24bot
USER 10001:10001
VOLUME ["/var/lib/b24bot", "/var/lib/b24bot-key"]
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:3000/healthz', timeout=4)"]
ENTRYPOINT ["b24bot"]
CMD ["serve", "--host", "0.0.0.0"]
