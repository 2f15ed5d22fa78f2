"""The baseline: a Flask application that gives back what it gets, and takes every resource."""

from flask import Flask, Response, request

ADMITTED = (
    b'{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":'
    b'{"uid":"705ab4f5-6393-11e8-b7cc-42010a800002","allowed":true}}'
)
"""What a webhook answers that looks at nothing."""

app = Flask(__name__, static_folder=None)


@app.post("/sync")
def echo() -> Response:
    """Return the body as it came."""
    return Response(request.get_data(cache=False), content_type="application/json")


@app.post("/admission/validate")
def admit() -> Response:
    """Return an answer that is always the same."""
    request.get_data(cache=False)
    return Response(ADMITTED, content_type="application/json")


@app.get("/readyz")
def ready() -> Response:
    """Return that the process serves."""
    return Response("ok\n")
