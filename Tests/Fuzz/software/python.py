"""For each line of JSON {"name", "address"} what software in Python hands to sendmail, as php.php does."""

import base64
import email.policy
import json
import sys
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.mime.text import MIMEText
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMessage as DjangoMessage

settings.configure(DEFAULT_CHARSET="utf-8", USE_TZ=False, EMAIL_USE_LOCALTIME=False)


def modern(name: str, address: str) -> bytes:
    message = EmailMessage(policy=email.policy.SMTP.clone(linesep="\n"))
    message["From"] = Address(name, addr_spec=address)
    message["To"], message["Subject"] = "r@x.example", "Order"
    message.set_content("Thank you.\n")
    return message.as_bytes()


def plain(sender: str) -> bytes:
    message = MIMEText("Thank you.\n", _charset="utf-8")
    message["From"], message["To"], message["Subject"] = sender, "r@x.example", "Order"
    return message.as_bytes()


def quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


for line in sys.stdin:
    asked = json.loads(line)
    name, address = asked["name"], asked["address"]
    messages = {
        "Python EmailMessage": modern(name, address),
        "Python formataddr": plain(formataddr((name, address))),
        "Python Header": plain(formataddr((str(Header(name, "utf-8").encode()), address))),
        "Django": DjangoMessage("Order", "Thank you.\n", f"{quoted(name)} <{address}>", ["r@x.example"]).message().as_bytes(),
    }
    print(json.dumps({key: base64.b64encode(value).decode() for key, value in messages.items()}), flush=True)
