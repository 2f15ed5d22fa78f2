"""The baseline: a Flask application that gives back what it gets."""

from flask import Flask, Response, request

app = Flask(__name__, static_folder=None)


@app.post("/sync")
def echo() -> Response:
    """Return the body as it came."""
    return Response(request.get_data(cache=False), content_type="application/json")


@app.get("/readyz")
def ready() -> Response:
    """Return that the process serves."""
    return Response("ok\n")
