"""One user's view of a service as the retired official client has it."""

import base64

from service_in_process import Asker

OLDEST = "qiskit-ibm-runtime,qiskit-terra/0.8.0,0.23.3"
LATER = "qiskit-version-2/qiskit_ibm_runtime-0.11.3,qiskit_terra-0.25.3/~main.py"
SOURCE = "def main(backend, user_messenger, **inputs):\n    return inputs\n"
OCTETS = {"Content-Type": "application/octet-stream"}


class Retired(Asker):
    """Asks as the client does: an ``apikey``, and JSON without a Content-Type."""

    def __init__(self, account, *, prefix="", application=LATER):
        token = account.headers["Authorization"].removeprefix("Bearer ")
        headers = {
            "Authorization": f"apikey {token}",
            "X-Qx-Client-Application": application,
        }
        super().__init__(account.client, headers)
        self.prefix = prefix

    def url(self, path):
        return f"{self.prefix}{path}"

    def upload(self, name="hello", source=SOURCE, **metadata):
        """Upload a program; returns the answer."""
        body = {"name": name, "cost": 300, "description": "Says hello.", **metadata}
        body["data"] = base64.b64encode(source.encode()).decode()
        return self.post("/programs", json=body, headers=OCTETS)

    def run(self, text='{"x":  1.50}', program="hello", **fields):
        """Submit a job with this text as inputs; returns its id."""
        more = "".join(f', "{name}": {value}' for name, value in fields.items())
        body = f'{{"program_id": "{program}", "params": {text}{more}}}'
        answer = self.post("/jobs", content=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    def stream(self, job_id):
        """Return all that the websocket brings, and the code that it closes with."""
        # On the websocket nothing says which version it is.
        headers = {"Authorization": self.headers["Authorization"]}
        path, texts = self.url(f"/stream/jobs/{job_id}"), []
        with self.client.websocket_connect(path, headers=headers) as socket:
            while (message := socket.receive())["type"] == "websocket.send":
                texts.append(message["text"])
        return texts, message["code"]
