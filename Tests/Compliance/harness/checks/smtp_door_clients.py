"""Programs that avoid sendmail, through the packet filter's redirection of port 25."""

from dataclasses import dataclass

from ..door import open_door
from ..process import Command, run
from ..stage import Stage, check, expect

HONEST = "good@ok.example"
FORGED = "ceo@bank.example"
MESSAGE = b"From: %s\nTo: r@x.example\nSubject: Order\n\nThank you.\n.\nEnd\n"

PYTHON = """
import smtplib, sys
with smtplib.SMTP("localhost", 25, local_hostname="shop.example", timeout=20) as server:
    server.sendmail(sys.argv[1], ["r@x.example"], sys.stdin.buffer.read())
"""
PERL = """
use Net::SMTP;
my $smtp = Net::SMTP->new("localhost", Hello => "shop.example", Timeout => 20) or die;
$smtp->mail($ARGV[0]) && $smtp->to("r\\@x.example") && $smtp->data([<STDIN>]) && $smtp->quit or die $smtp->message;
"""
NODE = """
const text = require("fs").readFileSync(0);
require("/usr/share/nodejs/nodemailer").createTransport({host: "127.0.0.1", port: 25}).sendMail(
  {envelope: {from: process.argv[1], to: ["r@x.example"]}, raw: text}, (error) => { if (error) console.error(error.message); process.exit(error ? 1 : 0); });
"""
PHPMAILER = """
require "/usr/share/php/libphp-phpmailer/autoload.php";
$mail = new PHPMailer\\PHPMailer\\PHPMailer(true);
$mail->isSMTP();
$mail->Host = "localhost";
$mail->setFrom($argv[1], "Shop", false);
$mail->addAddress("r@x.example");
$mail->Subject = "Order";
$mail->Body = "Thank you.\\n.\\nEnd\\n";
try { $mail->send(); } catch (Exception $exception) { exit(1); }
"""
SYMFONY = """
require "/usr/share/php/Symfony/Component/Mailer/autoload.php";
$mailer = new Symfony\\Component\\Mailer\\Mailer(Symfony\\Component\\Mailer\\Transport::fromDsn("smtp://localhost:25"));
$email = (new Symfony\\Component\\Mime\\Email())->from($argv[1])->to("r@x.example")->subject("Order")->text("Thank you.\\n.\\nEnd\\n");
try { $mailer->send($email); } catch (Exception $exception) { exit(1); }
"""
SWIFT = """
require "/usr/share/php/Swift/autoload.php";
$mailer = new Swift_Mailer(new Swift_SmtpTransport("localhost", 25));
$message = (new Swift_Message("Order"))->setFrom($argv[1])->setTo("r@x.example")->setBody("Thank you.\\n.\\nEnd\\n");
try { exit($mailer->send($message) === 1 ? 0 : 1); } catch (Exception $exception) { exit(1); }
"""


@dataclass(frozen=True)
class Client:
    """A program, with {} where the sender goes; it reads the message unless it writes one itself."""

    name: str
    words: tuple[str, ...]


CLIENTS = (
    Client("Python smtplib", ("/usr/bin/python3", "-c", PYTHON, "{}")),
    Client("Perl Net::SMTP", ("/usr/bin/perl", "-e", PERL, "{}")),
    Client("nodemailer", ("/usr/bin/node", "-e", NODE, "{}")),
    Client("PHPMailer isSMTP()", ("/usr/bin/php", "-r", PHPMAILER, "--", "{}")),
    Client("Symfony Mailer smtp://", ("/usr/bin/php", "-r", SYMFONY, "--", "{}")),
    Client("SwiftMailer Swift_SmtpTransport", ("/usr/bin/php", "-r", SWIFT, "--", "{}")),
    Client("curl", ("/usr/bin/curl", "-s", "smtp://localhost:25/shop.example", "--mail-from", "{}", "--mail-rcpt", "r@x.example", "-T", "-")),
    Client("swaks", ("/usr/bin/swaks", "--server", "localhost", "--helo", "shop.example", "--from", "{}", "--to", "r@x.example",
                     "--data", "-")),
    Client("msmtp", ("/usr/bin/msmtp", "--host=localhost", "--port=25", "--auth=off", "--tls=off", "--from={}", "r@x.example")),
    Client("s-nail", ("/usr/bin/s-nail", "-:/", "-S", "v15-compat", "-S", "mta=smtp://localhost:25", "-S", "smtp-auth=none",
                      "-S", "from={}", "-s", "Order", "r@x.example")),
)


@check("SMTP door: programs that avoid sendmail send as the site, and fail with another's address")
def _programs(stage: Stage) -> None:
    with open_door(stage, redirects=True):
        for client in CLIENTS:
            for sender, sends in ((HONEST, True), (FORGED, False)):
                words = tuple(word.replace("{}", sender).encode() if len(word) < 40 else word.encode() for word in client.words[1:])
                before = stage.postern.used("alice")
                outcome = run(stage.machine, Command("alice", client.words[0], words, MESSAGE % sender.encode()))
                expect(f"{client.name} as {sender}: {outcome}", outcome.status == 0, sends)
                queued = stage.postfix.drain()
                expect(f"{client.name} as {sender}", [mail.sender for mail in queued], [HONEST] * sends)
                expect(f"{client.name}: the text", [b"Thank you." in mail.message for mail in queued], [True] * sends)
                after = stage.postern.used("alice")
                expect(f"{client.name}: counted", (after[0] - before[0], after[2] - before[2]), (1, 0) if sends else (0, 1))
