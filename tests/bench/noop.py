"""The baseline: a Flask application that reads its requests, changes nothing, takes every resource.

A service that does not read its request as JSON would be none.
"""

import orjson
from flask import Flask, Response, request

app = Flask(__name__, static_folder=None)


@app.post("/sync")
def unchanged() -> Response:
    """Return the observed status and children, as they are in the request."""
    sent = orjson.loads(request.get_data(cache=False))
    children = [child for of_kind in sent["children"].values() for child in of_kind.values()]
    answer = {"status": sent["parent"].get("status"), "children": children}
    return Response(orjson.dumps(answer), content_type="application/json")


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
