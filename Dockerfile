# The version that the tests run on. A release passes the digest of this tag, hack/image a base that
# it makes of Debian's Python.
ARG BASE=python:3.11-slim
FROM ${BASE} AS build

WORKDIR /app
# For these machines some packages have no wheels. PyYAML needs its parser in C there too.
# hadolint ignore=DL3008
RUN case "$(dpkg --print-architecture)" in ppc64el | s390x) \
      apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev libyaml-dev ;; \
    esac
COPY requirements.txt requirements-build.txt ./
COPY hack/install hack/install
RUN hack/install python requirements.txt packages
COPY hooks hooks
# Compiled here, as the running container cannot write; the files never change, so nothing checks them.
RUN python -m compileall -q --invalidation-mode unchecked-hash packages hooks

FROM ${BASE}

ARG VERSION=0.0.0
ARG REVISION=unknown
# Where the documentation of this version is, for the links in a status; a release knows its repository.
ARG DOCS_URL=
LABEL org.opencontainers.image.title="instana-agent-hooks" \
      org.opencontainers.image.description="Answers Metacontroller's hooks for Instana agents" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# What was compiled above is linked to this library; wheels bring their own.
# hadolint ignore=DL3008
RUN case "$(dpkg --print-architecture)" in ppc64el) \
      apt-get update && apt-get install --yes --no-install-recommends libyaml-0-2 && \
      rm -rf /var/lib/apt/lists/* ;; \
    esac
# Nothing is installed in a running container.
RUN python -m pip uninstall --yes --quiet --root-user-action=ignore setuptools wheel pip

COPY LICENSE /licenses/LICENSE
COPY --from=build /app /app
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DOCS_URL=${DOCS_URL}

USER 65532:65532
# A package that does not work on this machine ends the build.
RUN ["python", "-c", "from hooks.cli.program.command_line import load_all_commands as load; load()"]
EXPOSE 8443
ENTRYPOINT ["python", "-m", "hooks"]
CMD ["serve"]
