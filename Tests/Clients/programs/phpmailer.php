<?php
// phpmailer.php isMail|isSendmail FROM [SENDER]
require '/usr/share/php/libphp-phpmailer/autoload.php';
[, $way, $from, $sender] = $argv + [3 => ''];
$mail = new PHPMailer\PHPMailer\PHPMailer(true);
$mail->$way();
$mail->setFrom($from, 'Shop', false);
$mail->Sender = $sender;
$mail->addAddress('r@x.example');
$mail->Subject = 'Order';
$mail->Body = "Thank you.\n.\nEnd\n";
try {
    $mail->send();
    print "sent\n";
} catch (PHPMailer\PHPMailer\Exception $exception) {
    print 'exception: ' . $exception->getMessage() . "\n";
    exit(1);
}
