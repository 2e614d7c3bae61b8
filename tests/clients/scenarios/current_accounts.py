"""Every way in which the current client gets to a service."""

import os
import time

from checks import check, equal, raises
from qiskit_ibm_runtime import QiskitRuntimeService
from qiskit_ibm_runtime.accounts.exceptions import InvalidAccountError
from qiskit_ibm_runtime.exceptions import IBMInputValueError

ROOT, TOKEN = os.environ["ROOT"], os.environ["TOKEN"]
API = ROOT + "/experimental/api/v1"
CRN = "crn:v1:bluemix:public:quantum-computing:local:a/local:qrt::"
OTHER_CRN = "crn:v1:bluemix:public:quantum-computing:us-east:a/1:2::"


def resolver(url, instance, private_endpoint, channel):
    return url + "/api/v1"


def works(service):
    assert "fake_manila" in [backend.name for backend in service.backends()]
    return service


def addresses():
    with check("with a resolver, the instance found"):
        works(QiskitRuntimeService(token=TOKEN, url=ROOT, url_resolver=resolver))
    for instance in (CRN, "qrt"):
        with check("with a resolver, instance " + instance):
            service = QiskitRuntimeService(
                token=TOKEN, url=ROOT, url_resolver=resolver, instance=instance
            )
            equal(works(service).active_instance(), CRN)
    with check("channel ibm_cloud"):
        works(QiskitRuntimeService(channel="ibm_cloud", token=TOKEN, url=API))
    with check("without a resolver"):
        works(QiskitRuntimeService(token=TOKEN, url=API, instance="auto"))
    with check("the address with a user in it"):
        url = API.replace("/experimental", "").replace("//", "//experimental@")
        works(QiskitRuntimeService(token=TOKEN, url=url, instance=CRN))
    with check("an address that ends with a slash"):
        works(QiskitRuntimeService(token=TOKEN, url=API + "/", instance=CRN))


def accounts():
    with check("what the service tells of its instance"):
        service = QiskitRuntimeService(token=TOKEN, url=API)
        [instance] = service.instances()
        wanted = {"crn": CRN, "name": "qrt", "plan": "open", "pricing_type": "free"}
        equal({key: instance[key] for key in wanted}, wanted)
        equal(service.usage()["usage_limit_reached"], False)
    with check("a saved account by its name, and as the default"):
        QiskitRuntimeService.save_account(
            token=TOKEN, url=API, instance="qrt", name="lab", set_as_default=True
        )
        works(QiskitRuntimeService(name="lab"))
        works(QiskitRuntimeService())
        QiskitRuntimeService.delete_account(name="lab")
    with check("no argument at all, from the environment"):
        os.environ.update(QISKIT_IBM_TOKEN=TOKEN, QISKIT_IBM_URL=API)
        works(QiskitRuntimeService())
        os.environ["QISKIT_IBM_INSTANCE"] = CRN
        works(QiskitRuntimeService())
        for name in ("TOKEN", "URL", "INSTANCE"):
            del os.environ["QISKIT_IBM_" + name]


def discovery():
    with check("discovery switched off"):
        os.environ["QISKIT_FUNCTIONS_EXPERIMENTAL"] = "1"
        works(QiskitRuntimeService(token=TOKEN, url=API, instance=CRN))
        del os.environ["QISKIT_FUNCTIONS_EXPERIMENTAL"]
    with check("the addresses in a file of credentials"):
        taken = {n: os.environ.pop(n) for n in list(os.environ) if "GLOBAL_" in n}
        with open("ibm-credentials.env", "w") as file:
            file.write(f"GLOBAL_SEARCH_URL={ROOT}\nGLOBAL_CATALOG_URL={ROOT}/catalog\n")
        works(QiskitRuntimeService(token=TOKEN, url=API))
        os.remove("ibm-credentials.env")
        os.environ.update(taken)
    with check("the service as a proxy of the addresses of IBM's form"):
        taken = {n: os.environ.pop(n) for n in list(os.environ) if "GLOBAL_" in n}
        os.environ.pop("NO_PROXY")
        os.environ["IAM_URL"] = "http://iam.lab.test"
        works(
            QiskitRuntimeService(
                token=TOKEN,
                url="http://lab.test",
                proxies={"urls": {"http": ROOT}},
                instance=CRN,
            )
        )
        os.environ.update(taken, IAM_URL=ROOT, NO_PROXY="*")


def refusals():
    with check("a wrong token is refused at once"):
        begun = time.monotonic()
        with raises(InvalidAccountError, "valid API token"):
            QiskitRuntimeService(token="qrt_wrong", url=API)
        assert time.monotonic() - begun < 20
    with check("another instance is refused"):
        with raises(IBMInputValueError, OTHER_CRN):
            QiskitRuntimeService(token=TOKEN, url=API, instance=OTHER_CRN)


for part in (addresses, accounts, discovery, refusals):
    part()
