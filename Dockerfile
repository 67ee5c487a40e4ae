# LTC's image: the hashed lock and the program, nothing else; it runs as nobody in particular on a read-only disk.
# The commands are those of ./ltc:  docker run ltc:0.1.0 worker | api | migrate | keys ...

FROM python:3.13.9-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements-uv.lock requirements.lock ./
RUN pip install --quiet --require-hashes --only-binary :all: -r requirements-uv.lock \
    && python -m venv --without-pip /opt/venv \
    && uv pip sync --no-cache --require-hashes --only-binary :all: --compile-bytecode \
        --python /opt/venv/bin/python requirements.lock
COPY . /app
RUN rm /app/requirements-uv.lock && python -m compileall -q /app

FROM python:3.13.9-slim-bookworm
RUN groupadd --gid 10001 ltc \
    && useradd --uid 10001 --gid ltc --no-create-home --home-dir /tmp --shell /usr/sbin/nologin ltc \
    && install --directory --owner ltc --group ltc --mode 0750 /var/lib/ltc
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LTC_DATA_DIR=/var/lib/ltc
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=6 CMD ["python", "-c", \
    "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ.get('LTC_PORT', 8080)}/readyz\", timeout=4)"]
ENTRYPOINT ["python", "/app/cli.py"]
CMD ["api", "--host", "0.0.0.0"]
