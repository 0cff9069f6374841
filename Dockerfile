# One image for web, worker and beat; docker-compose.yml shows how they are started.
# A private package index is handed in as a build secret and stays out of the image:
#   docker build --secret id=pip,src=$HOME/.config/pip/pip.conf .

FROM python:3.13-slim AS packages
COPY requirements-prod.lock ./
RUN --mount=type=secret,id=pip,target=/etc/pip.conf,required=false \
    python -m venv /opt/askpro \
    && /opt/askpro/bin/pip install --no-cache-dir --require-hashes -r requirements-prod.lock

FROM python:3.13-slim
ENV PATH=/opt/askpro/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=askpro.settings \
    ASKPRO_ENV=production
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin askpro
COPY --from=packages /opt/askpro /opt/askpro
WORKDIR /srv/askpro
COPY . .
# Compressed and named by content here, because it takes half a minute. The values are only needed
# to read the settings; none of them stays in the image.
RUN SECRET_KEY=unused-while-building REDIS_URL=redis://unused \
    python -m compileall -q askpro tenants integrations booking calls billing \
    && SECRET_KEY=unused-while-building REDIS_URL=redis://unused \
    python manage.py collectstatic --no-input --verbosity 0
USER askpro
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-m", "askpro.operations.probe"]
# --no-ws: no page needs it. The number of workers belongs to the machine: set GRANIAN_WORKERS.
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--blocking-threads", "4", "--respawn-failed-workers", "--no-access-log", "--no-ws", \
     "--workers-kill-timeout", "6", "askpro.wsgi:application"]
