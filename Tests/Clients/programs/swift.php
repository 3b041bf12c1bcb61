<?php
// swift.php COMMAND SENDER FROM…: one message for each FROM, all by one transport.
require '/usr/share/php/Swift/autoload.php';
[, $command, $sender] = $argv;
$mailer = new Swift_Mailer(new Swift_SendmailTransport($command));
$status = 0;
foreach (array_slice($argv, 3) as $from) {
    $message = (new Swift_Message('Order'))->setFrom([$from => 'Shop'])->setTo('r@x.example');
    $message->setReturnPath($sender)->setBody("Thank you.\n.\nEnd\n");
    try {
        $count = $mailer->send($message, $refused);
        print "sent to $count\n";
        $status = $count === 1 ? $status : 1;
    } catch (Swift_TransportException $exception) {
        print 'exception: ' . $exception->getMessage() . "\n";
        $status = 1;
    }
}
exit($status);
