"""The baseline: a Flask application that gives back what it gets, and takes every resource."""

import orjson
from flask import Flask, Response, request

app = Flask(__name__, static_folder=None)


@app.post("/sync")
def echo() -> Response:
    """Return the body as it came."""
    return Response(request.get_data(cache=False), content_type="application/json")


@app.post("/admission/validate")
def admit() -> Response:
    """Return that any object may be stored: the API server takes no answer without its uid."""
    review = orjson.loads(request.get_data(cache=False))
    response = {"uid": review["request"]["uid"], "allowed": True}
    answer = {"apiVersion": review["apiVersion"], "kind": review["kind"], "response": response}
    return Response(orjson.dumps(answer), content_type="application/json")


@app.get("/readyz")
def ready() -> Response:
    """Return that the process serves."""
    return Response("ok\n")
