<?php
// symfony.php DSN SENDER FROM…: one message for each FROM, all by one transport; an empty SENDER leaves the choice to
// Symfony.
require '/usr/share/php/Symfony/Component/Mailer/autoload.php';
use Symfony\Component\Mailer\Envelope;
use Symfony\Component\Mailer\Mailer;
use Symfony\Component\Mailer\Transport;
use Symfony\Component\Mime\Address;
use Symfony\Component\Mime\Email;

[, $dsn, $sender] = $argv;
$recipient = new Address('r@x.example');
$envelope = $sender === '' ? null : new Envelope(new Address($sender), [$recipient]);
$mailer = new Mailer(Transport::fromDsn($dsn));
$status = 0;
foreach (array_slice($argv, 3) as $from) {
    $email = (new Email())->from(new Address($from, 'Shop'))->to($recipient)->subject('Order');
    try {
        $mailer->send($email->text("Thank you.\n.\nEnd\n"), $envelope);
        print "sent\n";
    } catch (Symfony\Component\Mailer\Exception\TransportException $exception) {
        print 'exception: ' . $exception->getMessage() . "\n";
        $status = 1;
    }
}
exit($status);
