<?php
// pear.php mail FROM FIFTH-ARGUMENT-OF-mail(), pear.php sendmail FROM SENDMAIL-PATH: PEAR's Mail with one of its drivers.
error_reporting(E_ALL & ~E_DEPRECATED & ~E_STRICT);
require 'Mail.php';
[, $driver, $from, $parameter] = $argv;
$mail = Mail::factory($driver, $driver === 'mail' ? $parameter : ['sendmail_path' => $parameter]);
$headers = ['From' => "Shop <$from>", 'To' => 'r@x.example', 'Subject' => 'Order'];
$result = $mail->send('r@x.example', $headers, "Thank you.\n.\nEnd\n");
if ($result === true) {
    print "sent\n";
} else {
    print 'error: ' . $result->getMessage() . "\n";
    exit(1);
}
