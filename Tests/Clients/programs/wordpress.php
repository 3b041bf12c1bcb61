<?php
// wordpress.php SENDER: the real wp_mail() of a site whose domain is that of SENDER, which must be the address that
// wp_mail() takes by itself. There is no data base: options that WordPress would ask it for come from filters.
define('ABSPATH', dirname(__DIR__) . '/wordpress/');
define('WPINC', 'wp-includes');
foreach (['version', 'load', 'plugin', 'class-wp-error', 'functions', 'formatting', 'l10n', 'link-template',
    'general-template', 'http', 'pluggable'] as $part) {
    require ABSPATH . WPINC . "/$part.php";
}
[, $sender] = $argv;
$options = ['home' => 'http://www.' . substr(strstr($sender, '@'), 1), 'blog_charset' => 'UTF-8'];
foreach ($options as $name => $value) {
    add_filter("pre_option_$name", fn () => $value);
}
add_action('wp_mail_failed', function (WP_Error $error) {
    print 'wp_mail_failed: ' . $error->get_error_message() . "\n";
});
var_dump(wp_mail('r@x.example', 'Order', "Thank you.\n.\nEnd\n"));
