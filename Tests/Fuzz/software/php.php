<?php
// php.php WORDPRESS: for each line of JSON {"name", "address"} what software in PHP hands to sendmail -t, as one line of
// JSON {"SOFTWARE": BASE64, …}. WORDPRESS is where WordPress is unpacked.
error_reporting(E_ALL & ~E_DEPRECATED & ~E_STRICT);
require '/usr/share/php/libphp-phpmailer/autoload.php';
require '/usr/share/php/Symfony/Component/Mailer/autoload.php';
require '/usr/share/php/Swift/autoload.php';
use PHPMailer\PHPMailer\PHPMailer;
use Symfony\Component\Mime\Address;
use Symfony\Component\Mime\Email;

define('ABSPATH', $argv[1] . '/');
define('WPINC', 'wp-includes');
foreach (['version', 'load', 'plugin', 'class-wp-error', 'functions', 'formatting', 'l10n', 'link-template',
    'general-template', 'http', 'pluggable', 'PHPMailer/PHPMailer', 'PHPMailer/Exception'] as $part) {
    require_once ABSPATH . WPINC . "/$part.php";
}
foreach (['home' => 'http://www.ok.example', 'blog_charset' => 'UTF-8'] as $option => $value) {
    add_filter("pre_option_$option", fn () => $value);
}

// Keeps what it would have sent.
class Kept extends PHPMailer
{
    public string $kept = '';

    public function send()
    {
        $this->kept = $this->preSend() ? $this->getSentMIMEMessage() : '';
        return $this->kept !== '';
    }
}

function phpmailer(string $name, string $address, string $charset): string
{
    $mail = new Kept(true);
    $mail->isSendmail();
    $mail->CharSet = $charset;
    $mail->setFrom($address, $name, false);
    $mail->addAddress('r@x.example', $name);
    $mail->Subject = $name;
    $mail->Body = "Thank you.\n";
    $mail->send();
    return $mail->kept;
}

// With the From: that a plugin for contact forms gives it.
function wordpress(string $name, string $address): string
{
    global $phpmailer;
    $phpmailer = new Kept(true);
    $phpmailer::$validator = fn ($email) => (bool) is_email($email);
    wp_mail('r@x.example', $name, "Thank you.\n", ["From: $name <$address>"]);
    return $phpmailer->kept;
}

function symfony(string $name, string $address): string
{
    $email = (new Email())->from(new Address($address, $name))->to(new Address('r@x.example', $name));
    return $email->subject($name)->text("Thank you.\n")->toString();
}

function swift(string $name, string $address): string
{
    $message = (new Swift_Message($name))->setFrom([$address => $name])->setTo(['r@x.example' => $name]);
    return $message->setBody("Thank you.\n")->toString();
}

// PHP's own function in the charset of a language, as mb_send_mail() has it.
function language(string $language, string $name, string $address): ?string
{
    mb_language($language);
    mb_internal_encoding('UTF-8');
    $charset = ['Japanese' => 'ISO-2022-JP', 'Korean' => 'ISO-2022-KR', 'English' => 'ISO-8859-1', 'German' => 'ISO-8859-15',
        'Simplified Chinese' => 'HZ', 'Traditional Chinese' => 'BIG-5', 'Russian' => 'KOI8-R', 'Armenian' => 'ArmSCII-8',
        'Turkish' => 'ISO-8859-9', 'Ukrainian' => 'KOI8-U', 'Neutral' => 'UTF-8'][$language];
    // Only what the language can write.
    if (mb_convert_encoding(mb_convert_encoding($name, $charset, 'UTF-8'), 'UTF-8', $charset) !== $name) {
        return null;
    }
    return plain(mb_encode_mimeheader($name, $charset, 'B', "\n"), $address);
}

// What scripts put together by themselves.
function plain(string $name, string $address): string
{
    return "To: r@x.example\nSubject: Order\nFrom: $name <$address>\n\nThank you.\n";
}

function quoted(string $name): string { return '"' . addcslashes($name, '"\\') . '"'; }

function every(string $name, string $address): Generator
{
    yield 'PHPMailer' => phpmailer($name, $address, 'UTF-8');
    $latin = mb_convert_encoding($name, 'ISO-8859-1', 'UTF-8');
    if (mb_convert_encoding($latin, 'UTF-8', 'ISO-8859-1') === $name) {
        yield 'PHPMailer, ISO-8859-1' => phpmailer($latin, $address, 'iso-8859-1');
    }
    yield 'WordPress' => wordpress($name, $address);
    yield 'Symfony' => symfony($name, $address);
    yield 'SwiftMailer' => swift($name, $address);
    foreach (['Japanese', 'Korean', 'English', 'German', 'Simplified Chinese', 'Traditional Chinese', 'Russian', 'Armenian', 'Turkish',
        'Ukrainian', 'Neutral'] as $language) {
        yield "mb_language $language" => language($language, $name, $address);
    }
    yield 'a script, in quotes' => plain(quoted($name), $address);
    yield 'a script, slashed' => plain('"' . addslashes($name) . '"', $address);
    yield 'a script, base64' => plain('=?UTF-8?B?' . base64_encode($name) . '?=', $address);
}

while (($line = fgets(STDIN)) !== false) {
    ['name' => $name, 'address' => $address] = json_decode($line, true);
    $messages = [];
    foreach (every($name, $address) as $software => $message) {
        if ($message !== null && $message !== '') {
            $messages[$software] = base64_encode($message);
        }
    }
    print json_encode($messages) . "\n";
}
