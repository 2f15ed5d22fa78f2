# The version that the tests run on.
ARG PYTHON=3.11
FROM python:${PYTHON}-slim AS build

WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --no-deps --target packages -r requirements.txt
COPY hooks hooks
# Compiled here, as the running container cannot write; the files never change, so nothing checks them.
RUN python -m compileall -q --invalidation-mode unchecked-hash packages hooks

FROM python:${PYTHON}-slim

ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="instana-agent-hooks" \
      org.opencontainers.image.description="Answers Metacontroller's hooks for Instana agents" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# Nothing is installed in a running container.
RUN python -m pip uninstall --yes --quiet --root-user-action=ignore pip

COPY LICENSE /licenses/LICENSE
COPY --from=build /app /app
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

USER 65532:65532
EXPOSE 8443
ENTRYPOINT ["python", "-m", "gunicorn", "--config", "python:hooks.app.gunicorn_conf", "hooks.app.wsgi:app"]
