# docker build -t spaces-sync .
# docker run --rm -v "$PWD:/work:ro" -e SPACES_SYNC_JID -e SPACES_SYNC_PASSWORD spaces-sync plan spaces.yaml
#
# With --user "$(id -u)" and without :ro it writes plans into the folder. A password never is part of the image: it comes
# from the environment, or by SPACES_SYNC_PASSWORD_FILE from a file that the user of the container alone can read.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m pip install --no-cache-dir uv==0.13.9
COPY . .
# What it stands on is locked, with digests; uv's environment has no pip in it.
RUN UV_PROJECT_ENVIRONMENT=/opt/spaces-sync uv sync --locked --no-default-groups --no-editable --no-cache --compile-bytecode

FROM python:3.13-slim
COPY --from=build /opt/spaces-sync /opt/spaces-sync
ENV PATH=/opt/spaces-sync/bin:$PATH
USER 65534:65534
WORKDIR /work
ENTRYPOINT ["spaces-sync"]
CMD ["--help"]
