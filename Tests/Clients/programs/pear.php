<?php
// pear.php mail|sendmail FROM [FIFTH ARGUMENT OF mail()]: PEAR's Mail with one of its drivers.
error_reporting(E_ALL & ~E_DEPRECATED & ~E_STRICT);
require 'Mail.php';
[, $driver, $from, $parameters] = $argv + [3 => ''];
$mail = Mail::factory($driver, $driver === 'mail' ? $parameters : []);
$headers = ['From' => "Shop <$from>", 'To' => 'r@x.example', 'Subject' => 'Order'];
$result = $mail->send('r@x.example', $headers, "Thank you.\n.\nEnd\n");
if ($result === true) {
    print "sent\n";
} else {
    print 'error: ' . $result->getMessage() . "\n";
    exit(1);
}
