"""Asks a door once as a system does that is built on zeep: from the door's own description, with plain objects.

Reads the question as JSON (wsdl, operation, header, body) and writes what was said as JSON.
"""

import json
import sys

from zeep import Client, Transport
from zeep.exceptions import Fault
from zeep.helpers import serialize_object

question = json.load(sys.stdin)
transport = Transport(timeout=20, operation_timeout=20)
client = Client(question["wsdl"], transport=transport)
operation = getattr(client.service, question["operation"])
try:
    said = operation(**question["body"], _soapheaders=question["header"])
    answer = {"kind": "answer", "header": said.header, "body": said.body}
except Fault as fault:
    detail = client.wsdl.types.deserialize(fault.detail[0])
    answer = {"kind": "fault", "code": fault.code, "detail": detail}
json.dump(serialize_object(answer, dict), sys.stdout)
