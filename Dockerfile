# The program and what it needs to run; nothing to build it with, and nobody who may change it.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
WORKDIR /app
COPY requirements.txt .
RUN /opt/venv/bin/pip install --no-deps --require-hashes -r requirements.txt && /opt/venv/bin/pip check
COPY manage.py gunicorn.conf.py ./
COPY ledger ledger
COPY giftcards giftcards
COPY storecredit storecredit
COPY templates templates
COPY docs/application-role.sql docs/
# Collecting static files starts the settings, which want secrets: these are made for this line and kept nowhere.
RUN export SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(48))')" \
        CODE_KEYS="$(python -c 'import secrets; print(secrets.token_urlsafe(32))')" ALLOWED_HOSTS=localhost; \
    DATABASE_URL=sqlite:///:memory: /opt/venv/bin/python manage.py collectstatic --no-input --verbosity 0

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin shop && install -d -o shop /seals
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
USER shop
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["gunicorn", "--bind", "0.0.0.0:8000"]
