# The service in one image. Build: docker build -t gouji .
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY extractor extractor
COPY training training
COPY eval eval
COPY models models
RUN python -m venv /opt/gouji \
 && /opt/gouji/bin/pip install --no-cache-dir ".[postgres]"

FROM python:3.11-slim-bookworm
ENV PATH=/opt/gouji/bin:$PATH \
    LC_ALL=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    GOUJI_SERVE_DATA=/data \
    GOUJI_SERVE_HOST=0.0.0.0
RUN groupadd --gid 10001 gouji \
 && useradd --uid 10001 --gid gouji --no-create-home --shell /usr/sbin/nologin gouji \
 && install --directory --owner=gouji --group=gouji --mode=0700 /data
COPY --from=build /opt/gouji /opt/gouji
USER 10001:10001
VOLUME /data
EXPOSE 8765
# Running documents get 30 seconds to end, then wait for the next start.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8765/readyz', timeout=4)"]
CMD ["gouji", "serve"]
